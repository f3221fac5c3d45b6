"""What is late climbs until it is done, is found in the list, and never ends by silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from houshayu import duties
from houshayu.duties import asking
from houshayu.models import ClockShift, Place, Role, User
from returnees import observing, reaching, rounds
from returnees.filters import LATE
from returnees.models import Attempt, Case, Custody, Observation
from returnees.placing import misplaced_since
from returnees.reaching import NextTooEarly
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    make_case,
    make_observed_case,
    make_place,
    make_user,
    moment,
    observation_of,
)

DAY = timedelta(days=1)


def waits(code: str, case: Case, now: datetime) -> bool:
    duty = duties.get(code)
    assert duty is not None
    return case.number in asking.late_since(duty, now)


def reminded(code: str) -> list[set[str]]:
    """The roles of each rung."""
    duty = duties.get(code)
    assert duty is not None
    return [set(step.roles) for step in duty.ladder]


@pytest.mark.parametrize("code", sorted(LATE))
def test_what_is_late_climbs_from_the_worker_to_the_duty_officer(code: str) -> None:
    rungs = reminded(code)

    assert Role.COMMUNITY_WORKER in rungs[0]
    assert {Role.COORDINATOR, Role.DUTY_OFFICER} <= rungs[-1]
    assert all(lower <= higher for lower, higher in pairwise(rungs))


def attempt(
    case: Case, now: datetime, *, result: str = "no_answer", by: User | None = None, **next_: Any
) -> Attempt:
    noted = {"next_at": now + timedelta(hours=2), "next_by": None, **next_}
    return reaching.note_attempt(
        case, way="door", result=result, note="", by=by or make_user(), now=now, **noted
    )


# --- unmeasured --------------------------------------------------------------------------------


def test_who_is_unmeasured_for_two_days_is_late_until_somebody_measures(observed: Case) -> None:
    check_in(observed, day=1, slot="morning")
    assert not waits("unmeasured", observed, moment("2020-03-23", "17:00"))
    for later in (moment("2020-03-23", "18:00"), moment("2020-04-30")):
        assert waits("unmeasured", observed, later)

    check_in(observed, day=3, slot="evening")

    assert not waits("unmeasured", observed, moment("2020-03-24"))


def test_days_that_are_over_do_not_take_anybody_from_the_round(
    client: Client, observed: Case, hotel: Place, hotel_worker: User, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-04-07", "08:30"))
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")

    page = client.get(reverse("returnees:round")).content.decode()

    assert list(rounds.overdue([hotel.pk], moment("2020-04-07").date())) == [
        observation_of(observed)
    ]
    assert observed.number in page
    assert "4" in page and "status-bad" in page


def test_days_are_never_counted_beyond_their_number(
    client: Client, observed: Case, coordinator: User, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-04-07"))
    coordinator.language = "en"
    coordinator.save()
    client.force_login(coordinator, "houshayu.access.MembershipBackend")

    for address in (observed.get_absolute_url(), reverse("returnees:case_list")):
        page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
        assert "18" not in page.replace("2018", "") or "Day 18" not in page
        assert "4 days overdue" in page or "已超期4天" in page


# --- late ones are found in the list -----------------------------------------------------------


def test_the_list_shows_who_is_late_and_by_how_long(
    client: Client, observed: Case, coordinator: User, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-04-06", "08:00"))
    on_time = make_observed_case(arrived=moment("2020-04-05"))
    client.force_login(coordinator, "houshayu.access.MembershipBackend")

    page = client.get(reverse("returnees:case_list"), {"late": "release"}).content.decode()

    assert observed.number in page and on_time.number not in page
    assert "3\xa0天" in page or "3 天" in page or "3\xa0日" in page


@pytest.mark.parametrize("code", sorted(LATE))
def test_every_kind_of_lateness_is_a_filter_of_the_list(
    client: Client, observed: Case, coordinator: User, code: str
) -> None:
    client.force_login(coordinator, "houshayu.access.MembershipBackend")

    assert client.get(reverse("returnees:case_list"), {"late": code}).status_code == 200


def test_a_test_without_its_result_is_late_after_a_day(observed: Case) -> None:
    test = observation_of(observed).labtests.first()
    assert test is not None
    assert waits("test", observed, NOW + DAY)

    observing.record_test(test, "pending", by=make_user(), now=NOW)
    assert not waits("test", observed, NOW + timedelta(hours=23))
    assert waits("test", observed, NOW + DAY)

    observing.record_test(test, "negative", by=make_user(), now=NOW + DAY)
    assert not waits("test", observed, NOW + DAY)


# --- not reached -------------------------------------------------------------------------------


def test_who_was_not_reached_is_so_until_somebody_reaches_or_measures_them(
    observed: Case,
) -> None:
    attempt(observed, moment("2020-03-21", "08:00"))
    again = attempt(observed, moment("2020-03-21", "10:00"))

    assert waits("not_reached", observed, again.next_at or NOW)
    assert not waits("missing", observed, moment("2020-03-22", "07:59"))
    assert waits("missing", observed, moment("2020-03-22", "08:00"))
    assert waits("missing", observed, moment("2020-05-01"))
    assert reaching.with_unreached(Case.objects.all()).get(pk=observed.pk).unreached

    check_in(observed, day=1, slot="evening")

    assert not waits("missing", observed, moment("2020-05-01"))
    assert not waits("not_reached", observed, moment("2020-05-01"))
    assert not reaching.with_unreached(Case.objects.all()).get(pk=observed.pk).unreached


def test_reaching_the_person_ends_the_search_and_another_one_counts_anew(observed: Case) -> None:
    attempt(observed, NOW)
    attempt(observed, NOW + DAY, result="reached")
    assert not waits("missing", observed, NOW + 2 * DAY)

    attempt(observed, NOW + 2 * DAY)

    assert not waits("missing", observed, NOW + 2 * DAY + timedelta(hours=23))
    assert waits("missing", observed, NOW + 3 * DAY)


def test_the_one_who_goes_next_has_it_in_their_day(observed: Case, hotel_worker: User) -> None:
    attempt(observed, NOW, next_by=hotel_worker)
    duty = duties.get("not_reached")
    assert duty is not None

    (waiting,) = asking.still_waiting(duty, [observed.pk], NOW).values()

    assert (waiting.user_id, waiting.due_at) == (hotel_worker.pk, NOW + timedelta(hours=2))


def test_who_was_not_reached_is_tried_again_at_a_time_to_come(observed: Case) -> None:
    for next_at in (None, NOW - DAY):
        with pytest.raises(NextTooEarly):
            attempt(observed, NOW, next_at=next_at)
    attempt(observed, NOW)

    with refused_by("attempt_next_iff_not_reached"):
        sql("UPDATE returnees_attempt SET next_at = NULL")
    with refused_by("attempt_next_iff_not_reached"):
        sql("UPDATE returnees_attempt SET result = 'reached'")


def test_an_attempt_is_noted_on_the_page_of_the_case(
    client: Client, observed: Case, hotel_worker: User, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(NOW + DAY)
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")
    address = reverse("returnees:case_attempt", args=[observed.number])
    assert client.get(address).status_code == 200
    answers = {"way": "phone", "result": "no_answer", "note": "关机", "next_at": ""}
    assert client.post(address, answers).status_code == 422

    client.post(address, answers | {"next_at": "2020-03-21T12:00", "next_by": str(hotel_worker.pk)})

    page = client.get(observed.get_absolute_url()).content.decode()
    assert "关机" in page and "status-bad" in page
    assert Attempt.objects.get().next_by == hotel_worker


# --- not where the observation may be ----------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["community", "village", "hub", "hotel", "hospital", "subdistrict"]
)
@pytest.mark.parametrize("anew", [False, True])
def test_the_duty_and_the_page_say_alike_who_may_not_stay_where_they_are(
    community: Place, kind: str, anew: bool
) -> None:
    case = make_case(place=community, arrived=NOW, community=community)
    if kind not in {"community", "village"}:
        hand_over(case, make_place(kind=kind), now=NOW + timedelta(hours=1))
    Observation.objects.update(counted_anew=anew)
    case.refresh_from_db()

    for now in (NOW + timedelta(hours=2), NOW + DAY, NOW + 13 * DAY, NOW + 15 * DAY):
        since = misplaced_since(
            case, Observation.objects.current_of(case), Custody.objects.current_of(case), now
        )
        assert waits("misplaced", case, now) == (since is not None and since <= now)
        if kind in {"community", "village"}:
            assert (since is None) == (now > NOW + 14 * DAY)


def test_who_is_at_home_under_centralized_observation_is_red_and_offered_the_handoff(
    client: Client, community: Place, sender: User, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(NOW)
    case = make_case(place=community, by=sender, community=community,
                     expected_arrival_at=NOW - timedelta(hours=1), now=NOW - DAY)  # fmt: skip
    client.force_login(sender, "houshayu.access.MembershipBackend")

    answer = client.post(reverse("returnees:case_arrive", args=[case.number]), follow=True)

    offer = reverse("transfers:handoff_offer", args=[case.number]) + "?to_observe=on"
    page = answer.content.decode()
    assert offer in page and "status-bad" in page
    assert "status-bad" in client.get(reverse("returnees:case_list")).content.decode()
    targets = client.get(offer).content.decode()
    assert "示例酒店甲" in targets and "古城村" not in targets
