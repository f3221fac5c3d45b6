"""Where things stand at some places: every number with the list it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import BEIJING, beijing_date
from houshayu.models import Place, User
from houshayu.moods import Mood
from policy import current_slot
from returnees import rounds
from returnees.models import Alert, Case, CaseOutcome, Whereabouts
from returnees.models.case_queries import lies_in
from transfers.models import Handoff

CHART_DAYS = 14
PERMISSION = "returnees.view_dashboard"


@dataclass(frozen=True)
class Tile:
    """One number, what it counts, and the address of the list of just those."""

    label: str | Promise
    count: int
    url: str
    mood: Mood | None = None
    """How it looks when there is one or more."""


def _cases(**filters: str) -> str:
    return f"{reverse('returnees:case_list')}?{urlencode(filters)}"


def tiles(user: User, now: datetime) -> list[Tile]:
    """The numbers a coordinator looks at first; each in a query over open rows only."""
    standing, of_all = _standing(user, now)
    handoffs = (
        Handoff.objects.open()
        .visible_to(user)
        .aggregate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_at__lte=now)))
    )
    alerts = Alert.objects.open().visible_to(user, PERMISSION).count()
    handoff_list = reverse("transfers:handoff_list")
    return [
        *(
            Tile(Whereabouts(where).label, standing[where], _cases(whereabouts=where))
            for where in (
                Whereabouts.EXPECTED, Whereabouts.AT_HUB, Whereabouts.IN_HOTEL,
                Whereabouts.AT_HOME, Whereabouts.IN_HOSPITAL, Whereabouts.ELSEWHERE,
            )
        ),
        Tile(_("Open alerts"), alerts, reverse("returnees:alert_list"), Mood.BAD),
        Tile(_("Handoffs waiting"), handoffs["waiting"], handoff_list),
        Tile(_("Handoffs overdue"), handoffs["overdue"], f"{handoff_list}?overdue=true", Mood.BAD),
        Tile(_("Check-ins missing"), of_all["missing"], _cases(missing="true"), Mood.WAIT),
        Tile(_("Release today"), of_all["today"], _cases(release="today")),
        Tile(_("Release tomorrow"), of_all["tomorrow"], _cases(release="tomorrow")),
        Tile(_("Release overdue"), of_all["overdue"], _cases(release="overdue"), Mood.BAD),
    ]  # fmt: skip


def _standing(user: User, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """How many open cases stand where, and of all how many lack a check-in or are to be released.

    One pass over the open cases, their observations and their custodies.
    """
    today = beijing_date(now)
    lacking = rounds.lacks(*current_slot(now), observation="observed__")
    covered = Place.objects.covered_by(user, PERMISSION)
    counted = (
        Case.objects.open()
        .visible_with_holder(user, PERMISSION)
        .with_observed()
        .values("whereabouts")
        .annotate(
            cases=Count("pk"),
            missing=Count("pk", filter=lacking & lies_in("holding__place", covered)),
            overdue=Count("pk", filter=Q(observed__release_on__lt=today)),
            today=Count("pk", filter=Q(observed__release_on=today)),
            tomorrow=Count("pk", filter=Q(observed__release_on=today + timedelta(days=1))),
        )
        .order_by()
    )
    standing: Counter[str] = Counter()
    of_all: Counter[str] = Counter()
    for row in counted:
        standing[row.pop("whereabouts")] = row.pop("cases")
        of_all.update(row)
    return standing, of_all


def waiting_handoffs(user: User, now: datetime) -> QuerySet[Handoff]:
    """The oldest twenty that wait for an answer."""
    handoffs = Handoff.objects.open().visible_to(user).for_rows(user, now)
    return handoffs.order_by("due_at", "pk")[:20]


@dataclass
class Waiting:
    """How many handoffs wait out of a place, or into it; how many too long; since when."""

    place: Place
    end: str
    """from or to"""
    oldest_due: datetime
    count: int = 0
    overdue: int = 0

    @property
    def url(self) -> str:
        """The list of those that wait."""
        asked = urlencode({f"{self.end}_place": self.place.code})
        return f"{reverse('transfers:handoff_list')}?{asked}"


def waiting_by_place(user: User, now: datetime) -> dict[str, list[Waiting]]:
    """What waits by sender ("from") and by receiver ("to"), the oldest first; two queries."""
    pairs = list(
        Handoff.objects.open()
        .visible_to(user)
        .values_list("from_place", "to_place")
        .annotate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lte=now)),
            oldest_due=Min("due_at"),
        )
        .order_by("oldest_due", "from_place", "to_place")
    )
    places = Place.objects.in_bulk({pk for pair in pairs for pk in pair[:2]})
    by_end: dict[str, dict[int, Waiting]] = {"from": {}, "to": {}}
    for sender, receiver, waiting, overdue, oldest_due in pairs:
        for end, pk in (("from", sender), ("to", receiver)):
            # The pairs come in order, so the first of a place has its oldest.
            one = by_end[end].setdefault(pk, Waiting(places[pk], end, oldest_due))
            one.count += waiting
            one.overdue += overdue
    return {end: list(by_place.values()) for end, by_place in by_end.items()}


def arrivals_and_releases(user: User, now: datetime) -> dict[str, Any]:
    """How many people arrived and were released on each of the last fourteen days (Beijing)."""
    today = beijing_date(now)
    days = [today - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]
    visible = Case.objects.visible_to(user, PERMISSION)
    begins = datetime.combine(days[0], datetime.min.time(), BEIJING)

    def per_day(field: str, cases: QuerySet[Case]) -> dict[date, int]:
        counted = (
            cases.filter(**{f"{field}__gte": begins})
            .annotate(day=TruncDate(field, tzinfo=BEIJING))
            .values_list("day")
            .annotate(n=Count("pk"))
            .order_by()
        )
        return dict(counted)

    arrivals = per_day("arrived_at", Case.objects.visible_with_holder(user, PERMISSION))
    releases = per_day("closed_at", visible.filter(outcome=CaseOutcome.RELEASED))
    return {
        "days": [date_format(day, "MONTH_DAY_FORMAT") for day in days],
        "arrivals": [arrivals.get(day, 0) for day in days],
        "releases": [releases.get(day, 0) for day in days],
        "arrivals_label": str(_("Arrivals")),
        "releases_label": str(_("Releases")),
        "rows": [(day, arrivals.get(day, 0), releases.get(day, 0)) for day in days],
    }
