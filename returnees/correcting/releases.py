from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.calendar import beijing_date
from houshayu.duties import planning
from houshayu.models import Place
from returnees.correcting.conflicts import ReleaseStands
from returnees.models import Case, CaseOutcome, Custody, EndReason, Observation

if TYPE_CHECKING:
    from houshayu.models import User


def taken_back_by(user: User, now: datetime) -> QuerySet[Case]:
    """Cases released today, in the hands where the user may release; their release may go."""
    places = Place.objects.covered_by(user, "returnees.release_case")
    held = Q(ended_at=None) | Q(ended_at=OuterRef("closed_at"))
    return Case.objects.filter(
        Exists(Custody.objects.filter(held, case=OuterRef("pk"), place__in=places)),
        Exists(
            Observation.objects.filter(
                case=OuterRef("pk"), end_reason=EndReason.COMPLETED, ended_on=beijing_date(now)
            )
        ),
        Q(closed_at=None) | Q(outcome=CaseOutcome.RELEASED),
    )


def released_on(observations: Iterable[Observation]) -> Observation | None:
    """Of a case's observations from the first on, the one whose release came last and stands."""
    counted = [each for each in observations if not each.is_void]
    closed = [each for each in counted[-2:] if each.end_reason == EndReason.COMPLETED]
    return closed[-1] if closed else None


def take_back_release(case: Case, *, by: User, now: datetime, reason: str) -> Observation:
    """The release of today never was: the observation goes on, in the hands that held it.

    A case that was closed by it is open again; what began after it ends as taken back. The
    certificate's code is verified as withdrawn from then on. Returns the observation that goes on
    again. Raises ReleaseStands.
    """
    with acting(by=by, now=now, reason=reason):
        locked = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case.pk)
        released = released_on(locked.observations.order_by("pk"))
        if (
            released is None
            or released.ended_on != beijing_date(now)
            or (locked.closed_at and locked.outcome != CaseOutcome.RELEASED)
        ):
            raise ReleaseStands(_("Only a release of today can be taken back."))
        if locked.closed_at:
            _open_again(locked)
        else:
            _end_what_followed(locked, now=now)
        Observation.objects.filter(pk=released.pk).update(
            ended_at=None, ended_on=None, end_reason=""
        )
        planning.waits_again("release", about=locked.pk)
    case.refresh_from_db()
    released.refresh_from_db()
    return released


def _open_again(case: Case) -> None:
    if again := Case.objects.open().filter(person=case.person_id).first():
        raise ReleaseStands(
            gettext("The person has been registered again: %(number)s.") % {"number": again.number}
        )
    Custody.objects.filter(case=case, ended_at=F("case__closed_at")).update(ended_at=None)
    case.closed_at, case.outcome = None, ""
    case.save(update_fields=["closed_at", "outcome"])


def _end_what_followed(case: Case, *, now: datetime) -> None:
    following = Observation.objects.lock_current_of(case)
    assert following is not None  # an open case whose last release stands is observed again
    if following.checkins.exists() or following.labtests.filter(sampled_at__isnull=False).exists():
        raise ReleaseStands(_("The person has been measured since."))
    Observation.objects.end(case, EndReason.TAKEN_BACK, now=now)
