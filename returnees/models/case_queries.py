"""Which cases somebody sees and may act on, and what the lists of cases read."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case as Choose
from django.db.models import (
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from houshayu.codes import CROCKFORD, as_meant
from houshayu.exceptions import Conflict
from houshayu.models import HOME_KINDS, Place, PlaceKind
from houshayu.moods import Mood
from returnees.models.custody import Custody

if TYPE_CHECKING:
    from houshayu.models import User
    from returnees.models.cases import Case


def new_case_number() -> str:
    """A number that says nothing about how many cases there are."""
    return "HSY-" + "".join(secrets.choice(CROCKFORD) for _ in range(6))


def case_number(typed: str) -> str | None:
    """The number as it is kept, of what somebody typed: hsy 7k3m9q, ＨＳＹ－7K3M9Q, 7K3M9Q.

    None for what can be no case number.
    """
    match = re.fullmatch(rf"(?:HSY)?([{CROCKFORD}]{{6}})", as_meant(typed))
    return f"HSY-{match[1]}" if match else None


class Whereabouts(models.TextChoices):
    """Where a case stands; worked out from the place that holds it, never stored."""

    EXPECTED = "expected", _("Expected")
    AT_HUB = "at_hub", _("At the hub")
    IN_HOTEL = "in_hotel", _("In a hotel")
    AT_HOME = "at_home", _("At home")
    IN_HOSPITAL = "in_hospital", _("In hospital")
    ELSEWHERE = "elsewhere", _("With another authority")
    CLOSED = "closed", _("Closed")

    @property
    def mood(self) -> Mood:
        return {
            Whereabouts.IN_HOSPITAL: Mood.BAD,
            Whereabouts.ELSEWHERE: Mood.CALM,
            Whereabouts.CLOSED: Mood.CALM,
        }.get(self, Mood.PLAIN)

    @property
    def icon(self) -> str:
        """The sign of the place; none where the sign of the mood says enough."""
        return {
            Whereabouts.EXPECTED: "clock",
            Whereabouts.AT_HUB: "hub",
            Whereabouts.IN_HOTEL: "hotel",
            Whereabouts.AT_HOME: "home",
            Whereabouts.IN_HOSPITAL: "hospital",
        }.get(self, "")


class CaseClosed(Conflict):
    """The case was closed before this call."""


OPEN = Q(closed_at=None)


class _IsOneOf(Func):
    """value = ANY(array)."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


def _is_any(rows: models.QuerySet[Any]) -> Subquery:
    """Whether there is such a row, asked of an index for each case.

    Of two EXISTS joined by OR Postgres makes hashes of the whole tables, history and all.
    """
    found = rows.order_by().values_list(Value(True))[:1]
    return Subquery(found, output_field=models.BooleanField())


def lies_in(field: str, places: models.QuerySet[Place]) -> Q:
    """Whether the place of the field is one of these."""
    # An array is worked out once; a subquery would be for each row.
    return Q(_IsOneOf(F(field), ArraySubquery(places.order_by().values("pk"))))


def in_places(places: models.QuerySet[Place], *, case: str = "", former: bool = False) -> Q:
    """Whether the places hold a case or are being offered it, or held it when it was closed.

    case: the path from the rows asked to their case, "case__" for those of an alert. former:
    whatever the places held before counts too.
    """
    now_or_last = Q(ended_at=None) | Q(ended_at=OuterRef(f"{case}closed_at"))
    held = lies_in("place", places) & (Q() if former else now_or_last)
    on_offer = Q(ended_at=None) & lies_in("offered_to", places)
    return Q(_is_any(Custody.objects.filter(held | on_offer, case=OuterRef(f"{case}pk"))))


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.filter(OPEN)

    def visible_to(self, user: User, permission: str = "returnees.view_case") -> CaseQuerySet:
        """Cases that the user's places hold, held, or are being offered.

        A former holder keeps sight of a case and of their own part of it: what it is about is
        asked with in_hands_of, what may be done with held_by.
        """
        return self.filter(self._seen_by(user, permission))

    def visible_with_holder(self, user: User, permission: str) -> CaseQuerySet:
        """What visible_to has, with_holder; for counts of many open cases.

        Their holder is asked first: what was before is looked up only for those in other hands.
        """
        held = lies_in("holding__place", Place.objects.covered_by(user, permission))
        return self.with_holder().filter(held | self._seen_by(user, permission))

    def in_hands_of(self, user: User, permission: str = "returnees.view_case") -> CaseQuerySet:
        """Cases that the user's places hold, held when they were closed, or are being offered."""
        return self.filter(self._in_hands_of(user, permission))

    def with_in_hands(self, user: User) -> CaseQuerySet:
        """With `in_hands`: whether the user sees the whole case, or their own part alone."""
        return self.annotate(
            in_hands=ExpressionWrapper(
                self._in_hands_of(user, "returnees.view_case"),
                output_field=models.BooleanField(),
            )
        )

    def _seen_by(self, user: User, permission: str) -> Q:
        if user.is_superuser:
            return Q(pk__isnull=False)
        return in_places(Place.objects.covered_by(user, permission), former=True)

    def _in_hands_of(self, user: User, permission: str) -> Q:
        if user.is_superuser:
            return Q(pk__isnull=False)
        return in_places(Place.objects.covered_by(user, permission))

    def held_by(self, user: User, permission: str) -> CaseQuerySet:
        """Open cases in the hands of places where the user holds the permission."""
        places = Place.objects.covered_by(user, permission)
        return self.filter(
            OPEN,
            Exists(Custody.objects.open().filter(case=OuterRef("pk"), place__in=places)),
        )

    def lock_open(self, case: Case) -> Case:
        """The case as it is now, locked until the transaction ends, for an act on it.

        Whoever comes second waits here, and finds what the first one did. Raises CaseClosed.
        """
        locked = self.select_for_update(no_key=True, of=("self",)).get(pk=case.pk)
        if locked.closed_at:
            raise CaseClosed(_("This case is closed."))
        return locked

    def with_room(self) -> CaseQuerySet:
        """With `staying`: the stay that goes on, and its room."""
        return self.annotate(
            staying=FilteredRelation("stays", condition=Q(stays__ended_at=None))
        ).select_related("staying__room")

    def with_holder(self) -> CaseQuerySet:
        """With `holding` (the open custody and its place) and `whereabouts`."""
        return self.annotate(
            holding=FilteredRelation("custodies", condition=Q(custodies__ended_at=None))
        ).annotate(
            whereabouts=Choose(
                When(closed_at__isnull=False, then=Value(Whereabouts.CLOSED)),
                When(holding__place__kind=PlaceKind.HUB, then=Value(Whereabouts.AT_HUB)),
                When(holding__place__kind=PlaceKind.HOTEL, then=Value(Whereabouts.IN_HOTEL)),
                When(holding__place__kind=PlaceKind.HOSPITAL, then=Value(Whereabouts.IN_HOSPITAL)),
                When(arrived_at=None, then=Value(Whereabouts.EXPECTED)),
                When(holding__place__kind__in=HOME_KINDS, then=Value(Whereabouts.AT_HOME)),
                default=Value(Whereabouts.ELSEWHERE),
                output_field=models.CharField(),
            )
        )

    def with_observed(self) -> CaseQuerySet:
        """With `observed`, the observation that goes on, if one does."""
        going_on = Q(observations__ended_at=None)
        return self.annotate(observed=FilteredRelation("observations", condition=going_on))

    def for_rows(self) -> CaseQuerySet:
        """With everything returnees/_case_row.html reads, in one query."""
        alarming = self.model._base_manager.filter(
            pk=OuterRef("pk"), alerts__isnull=False, alerts__resolved_at=None
        )
        return (
            self.with_holder()
            .with_observed()
            .with_room()
            .select_related("person", "community", "holding__place", "observed")
            # An alert that nobody settled ended with its case.
            .annotate(open_alerts=OPEN & Exists(alarming))
        )

    def create_numbered(self, **fields: Any) -> Case:
        """Create a case under a fresh number; try again where the number is taken."""
        while True:
            number = new_case_number()
            if not self.filter(number=number).exists():
                return self.create(number=number, **fields)
