"""Handoffs that wait for an answer: the receiver is notified, then those above and the sender."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu.duties import Duty, Step
from houshayu.kinds import Kind
from houshayu.models import PlaceKind
from returnees.duties import ESCALATED, WORKERS
from transfers.models.handoffs import DECLINED

HANDOFF = f"""
SELECT offer.id AS about_id, '' AS occurrence, offer.to_place_id AS place_id,
       offer.from_place_id AS other_place_id, NULL::bigint AS user_id, offer.due_at,
       jsonb_build_object(
           'number', (SELECT number FROM returnees_case WHERE id = offer.case_id),
           'has_rooms', (SELECT kind = '{PlaceKind.HOTEL}' FROM houshayu_place
                         WHERE id = offer.to_place_id)) AS says
FROM transfers_handoff offer
WHERE offer.status = 'offered'
"""

DUTIES = [
    Duty(
        code="handoff",
        label=_("Handoff waiting"),
        heading=_("Handoffs"),
        sentence=_("Handoff waiting for an answer: %(number)s to %(place)s"),
        about="transfers.handoff",
        waits=HANDOFF,
        ladder=(
            Step(after=timedelta(hours=-1), roles=WORKERS),
            # The sender, too: the case is in their hands until somebody accepts.
            Step(
                after=timedelta(0),
                roles=ESCALATED,
                other_roles=WORKERS,
                sentence=_("Handoff not answered in time: %(number)s to %(place)s, due %(time)s"),
            ),
        ),
        permission="transfers.answer_handoff",
        url=lambda waiting: reverse("transfers:handoff_detail", args=[waiting.about_id]),
        list_url=lambda: reverse("transfers:handoff_list"),
        act="transfers/_duty_handoff.html",
    ),
]
KINDS = [Kind(code=DECLINED, label=_("Handoff declined"), urgent=True)]
