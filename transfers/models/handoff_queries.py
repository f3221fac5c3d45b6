"""Which handoffs somebody sees and may answer, and how one is offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.calendar import beijing_date
from houshayu.exceptions import Conflict
from houshayu.models import HOLDER_KINDS, HOME_KINDS, Place
from houshayu.moods import Mood
from returnees import observing
from returnees.models import Case, CaseClosed, Custody, Observation

if TYPE_CHECKING:
    from houshayu.models import User
    from transfers.models.handoffs import Handoff


# How long the receiving side has to answer once the person is due there.
ANSWER_WITHIN = timedelta(hours=2)


class HandoffStatus(models.TextChoices):
    OFFERED = "offered", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Taken back")

    @property
    def mood(self) -> Mood:
        return {
            HandoffStatus.OFFERED: Mood.WAIT,
            HandoffStatus.ACCEPTED: Mood.GOOD,
            HandoffStatus.DECLINED: Mood.REFUSED,
            HandoffStatus.CANCELLED: Mood.CALM,
        }[self]


OPEN = Q(status=HandoffStatus.OFFERED)


class HandoffNotPossible(Conflict):
    """The case can't be offered to that place; str() says why."""


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self) -> HandoffQuerySet:
        return self.filter(OPEN)

    def overdue(self, now: datetime) -> HandoffQuerySet:
        """Offers that nobody answered in time; the sender still holds the case."""
        return self.filter(OPEN, due_at__lte=now)

    def visible_to(self, user: User) -> HandoffQuerySet:
        """Handoffs out of or into the places the user covers."""
        places = Place.objects.covered_by(user, "transfers.view_handoff")
        return self.filter(Q(from_place__in=places) | Q(to_place__in=places))

    def answerable_by(self, user: User) -> HandoffQuerySet:
        """Handoffs offered to the places where the user answers, answered or not."""
        return self.filter(to_place__in=Place.objects.covered_by(user, "transfers.answer_handoff"))

    def offered_by(self, user: User) -> HandoffQuerySet:
        """Handoffs out of the places where the user offers, answered or not."""
        return self.filter(from_place__in=Place.objects.covered_by(user, "transfers.offer_handoff"))

    def for_rows(self, user: User, now: datetime) -> HandoffQuerySet:
        """With everything transfers/_handoff_row.html reads, in one query."""
        answers = Place.objects.covered_by(user, "transfers.answer_handoff")
        offers = Place.objects.covered_by(user, "transfers.offer_handoff")
        sends = Place.objects.covered_by(user, "transfers.view_handoff")
        # As observing.lacks_commitment() says of one.
        to_stay_in = Observation.objects.to_stay_in(beijing_date(now)).filter(case=OuterRef("case"))
        return self.select_related(
            "case__person", "from_place", "to_place", "offered_by", "closed_by"
        ).annotate(
            can_answer=Q(OPEN) & Q(to_place__in=answers),
            asks_commitment=Q(OPEN)
            & Q(to_place__kind__in=HOME_KINDS, case__request__commitment_signed_at=None)
            & Exists(to_stay_in),
            can_cancel=Q(OPEN) & Q(from_place__in=offers),
            # A place that declined, or was offered the case by mistake, has no more to do with the
            # person.
            sees_person=Q(from_place__in=sends)
            | Q(status__in=[HandoffStatus.OFFERED, HandoffStatus.ACCEPTED]),
        )

    def offer(
        self,
        *,
        case: Case,
        to_place: Place,
        by: User,
        now: datetime,
        planned_at: datetime | None = None,
        vehicle_plate: str = "",
        driver: str = "",
        escort: str = "",
        luggage_pieces: int | None = None,
        remarks: str = "",
    ) -> Handoff:
        """Offer the case to another place; its holder stays responsible until that one accepts.

        planned_at: when the person should be there, if it is known; the answer is due two hours
        after it, or after now. Raises HandoffNotPossible if the case is closed, waits for
        another answer, is there already, or may not go there yet.
        """
        with acting(by=by, now=now):
            # The lock lets one offer, answer or closing of this case through at a time.
            try:
                locked = Case.objects.lock_open(case)
            except CaseClosed as closed:
                raise HandoffNotPossible(str(closed)) from None
            holder = self._holder_who_may_offer(locked, to_place, now)
            Custody.objects.offer(locked, to_place)
            return self.create(
                case=locked,
                from_place=holder,
                to_place=to_place,
                offered_by=by,
                offered_at=now,
                planned_at=planned_at,
                due_at=max(now, planned_at or now) + ANSWER_WITHIN,
                vehicle_plate=vehicle_plate,
                driver=driver,
                escort=escort,
                luggage_pieces=luggage_pieces,
                remarks=remarks,
            )

    def _holder_who_may_offer(self, case: Case, to_place: Place, now: datetime) -> Place:
        """The place that holds the case; raises HandoffNotPossible if it can't go there now."""
        custody = Custody.objects.open().select_related("place").get(case=case)
        if custody.offered_to_id:
            raise HandoffNotPossible(_("Another handoff of this case is waiting for an answer."))
        if to_place == custody.place:
            raise HandoffNotPossible(
                gettext("%(place)s is already responsible for this case.") % {"place": to_place}
            )
        if to_place.kind not in HOLDER_KINDS or not to_place.is_active:
            raise HandoffNotPossible(
                gettext("%(place)s does not receive cases.") % {"place": to_place}
            )
        if to_place.kind in HOME_KINDS and (reasons := observing.reasons_not_home(case, now)):
            raise HandoffNotPossible(" ".join(str(reason) for reason in reasons))
        return custody.place
