"""Parcels that wait at a gate: the workers of the place are notified at once."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu.duties import Duty, Step
from houshayu.models import Role

WAITS = """
SELECT parcel.id AS about_id, '' AS occurrence, parcel.place_id, NULL::bigint AS other_place_id,
       NULL::bigint AS user_id, parcel.arrived_at AS due_at,
       jsonb_build_object('text', parcel.text) AS says
FROM parcels_parcel parcel
WHERE parcel.handed_out_at IS NULL
"""
DUTIES = [
    Duty(
        code="parcel",
        label=_("Parcel waiting"),
        heading=_("Parcels"),
        sentence=_("A parcel waits at %(place)s for %(text)s"),
        about="parcels.parcel",
        waits=WAITS,
        ladder=(Step(after=timedelta(0), roles=(Role.COMMUNITY_WORKER,)),),
        permission="parcels.hand_out_parcel",
        url=lambda _waiting: reverse("parcels:parcel_list"),
    )
]
