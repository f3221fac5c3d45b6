"""What the list of cases can show of each, on its page and in its Excel file.

What only those may see who hold a case is empty for a former holder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import LPad
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from houshayu.calendar import beijing_date
from houshayu.columns import Column, Columns
from houshayu.privacy.fields import masked
from policy import Slot
from returnees import reaching
from returnees.models import Case, CheckIn, Observation
from returnees.models.case_queries import CaseQuerySet

if TYPE_CHECKING:
    from houshayu.models import User

# As long as the number of a room can be: 812 comes before 1001.
ROOM_DIGITS = 8


def listed(cases: CaseQuerySet, user: User) -> QuerySet[Case]:
    """The cases with all that a row of the list reads besides its columns."""
    return reaching.with_unreached(cases.for_rows().with_in_hands(user))


def _observed(case: Case) -> Observation | None:
    # A case without an open observation does not have the name at all.
    return getattr(case, "observed", None)


def _in_hands(value: Callable[[Case], Any]) -> Callable[[Case, datetime], Any]:
    """The value for those who hold the case or are offered it, and nothing for others."""
    return lambda case, _now: value(case) if case.in_hands else None


def _holder(case: Case, _now: datetime) -> Any:
    holding = getattr(case, "holding", None)
    return holding.place if holding else None


def _room(case: Case) -> Any:
    staying = getattr(case, "staying", None)
    return staying.room.number if staying else None


def _phone(case: Case) -> str:
    person = case.person
    return masked(person, "phone_cn") or masked(person, "phone_intl")


def _day(case: Case, now: datetime) -> int | str | None:
    """The day of the observation, or how many days it is overdue."""
    observed, today = _observed(case), beijing_date(now)
    if observed is None:
        return None
    if overdue := observed.days_overdue(today):
        return ngettext("%(n)s day overdue", "%(n)s days overdue", overdue) % {"n": overdue}
    return observed.day_number(today)


def _release_on(case: Case, _now: datetime) -> date | None:
    observed = _observed(case)
    return observed.release_on if observed else None


def _with_last_reading(cases: Any) -> Any:
    """With the last temperature of the observation that goes on, and when it was due."""
    # Evening comes after morning, and before it in the alphabet.
    last = CheckIn.objects.filter(observation=OuterRef("observed__pk")).order_by("-day", "slot")
    return cases.annotate(
        last_temperature=Subquery(last.values("temperature")[:1]),
        last_day=Subquery(last.values("day")[:1]),
        last_slot=Subquery(last.values("slot")[:1]),
    )


def last_reading(case: Any) -> str:
    """Of a case of the list: day 3, morning; empty where there is none."""
    if case.last_temperature is None:
        return ""
    slot = Slot(case.last_slot).label
    return _now("day %(day)s, %(slot)s") % {"day": case.last_day, "slot": slot}


CASE_COLUMNS = Columns(
    [
        Column(
            code="number",
            label=_("Case number"),
            value=lambda case, _now: case.number,
            template="returnees/_cell_number.html",
            fixed=True,
            sort="number",
            indexed=True,
        ),
        Column(
            code="name",
            label=_("Name"),
            value=lambda case, _now: case.person,
            template="returnees/_cell_name.html",
            shown=True,
            sort="person__name_sort_key",
        ),
        Column(
            code="born",
            label=_("Year of birth"),
            value=_in_hands(lambda case: case.person.birth_date.year),
            css="num",
            sort="person__birth_date",
        ),
        Column(
            code="nationality",
            label=_("Nationality (region)"),
            value=_in_hands(lambda case: case.person.nationality_name),
        ),
        Column(
            code="language",
            label=_("Preferred language"),
            value=_in_hands(lambda case: case.person.get_preferred_language_display()),
            sort="person__preferred_language",
        ),
        Column(
            code="document",
            label=_("Document"),
            value=_in_hands(lambda case: case.document.masked_number),
            css="nowrap",
            needs=lambda cases: cases.select_related("document"),
        ),
        Column(code="phone", label=_("Phone"), value=_in_hands(_phone), css="nowrap"),
        Column(
            code="whereabouts",
            label=_("Whereabouts"),
            value=lambda case, _now: case.standing.label,
            template="returnees/_cell_whereabouts.html",
            shown=True,
        ),
        Column(
            code="holder",
            label=_("Responsible place"),
            value=_holder,
            shown=True,
            sort="holding__place__code",
        ),
        Column(
            code="room",
            label=_("Room"),
            value=_in_hands(_room),
            template="returnees/_cell_room.html",
            shown=True,
            sort=LPad("staying__room__number", ROOM_DIGITS, Value("0")),
        ),
        Column(
            code="community",
            label=_("Lives in"),
            value=lambda case, _now: case.community,
            sort="community__code",
        ),
        Column(
            code="flight",
            label=_("Flight number"),
            value=_in_hands(lambda case: case.journey.flight_number),
            css="nowrap",
            needs=lambda cases: cases.select_related("journey"),
            sort="journey__flight_number",
        ),
        Column(
            code="expected",
            label=_("Expected arrival"),
            value=lambda case, _now: case.expected_arrival_at,
            css="nowrap",
            sort="expected_arrival_at",
        ),
        Column(
            code="arrived",
            label=_("Arrived"),
            value=lambda case, _now: case.arrived_at,
            css="nowrap",
            sort="arrived_at",
        ),
        Column(
            code="reading",
            label=_("Last reading (°C)"),
            value=_in_hands(lambda case: case.last_temperature),  # type: ignore[attr-defined]
            template="returnees/_cell_reading.html",
            css="num",
            needs=_with_last_reading,
        ),
        Column(
            code="day",
            label=_("Day no."),
            value=_day,
            template="returnees/_cell_day.html",
            css="num",
            shown=True,
            sort="observed__started_on",
            sorts_down=True,
        ),
        Column(
            code="release",
            label=_("Release day"),
            value=_release_on,
            css="num nowrap",
            shown=True,
            sort="observed__release_on",
        ),
        Column(
            code="alerts",
            label=_("Open alerts"),
            value=lambda case, _at: _now("yes") if case.open_alerts else None,
        ),
        Column(
            code="registered",
            label=_("Registered on"),
            value=lambda case, _now: case.opened_at,
            css="nowrap",
            sort="opened_at",
            indexed=True,
        ),
    ]
)
