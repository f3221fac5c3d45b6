"""What waits for whom on their day, and the proof that no open case waits for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coordination import day
from houshayu.duties import asking, declaring, planning
from houshayu.duties.reading import Reader
from houshayu.models import MessageLine, Place, Role, User
from returnees.models import Case
from tests.attacks import sql
from tests.factories import (
    NOW,
    check_in,
    make_alert,
    make_case,
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
)
from transfers.models import Handoff

HOUR = timedelta(hours=1)
EVENING = moment("2020-03-20", "20:30")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def kinds_of(user: User, now: datetime) -> dict[str, int]:
    """How much of each kind waits for the user."""
    return {group.duty.code: group.waiting for group in day.of(Reader(user), now).groups}


@pytest.fixture
def doctor(db: None) -> User:
    return make_user(role=Role.MEDICAL_MEMBER, place=real_place("houshayu"), username="doctor")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Lets the clock stand at a moment."""
    yield lambda moment: monkeypatch.setattr("houshayu.clock.now", lambda: moment)


# --- Whose it is ------------------------------------------------------------------------------


def test_workers_see_their_day_from_its_beginning_and_nobody_elses(
    hotel: Place, hotel_worker: User, stranger: User, receiver: User
) -> None:
    morning = moment("2020-03-21", "00:30")
    observed = make_observed_case(place=hotel, room="0801")
    check_in(observed, day=0, slot="evening")

    assert kinds_of(hotel_worker, morning) == {"checkin": 2, "test": 1}
    assert kinds_of(stranger, morning) == kinds_of(receiver, morning) == {}


def test_somebody_who_is_notified_later_sees_it_from_then_on(
    case: Case, hub: Place, sender: User, receiver: User, coordinator: User
) -> None:
    handoff = make_handoff(case=case, to_place=hub, by=sender)

    before = handoff.due_at - timedelta(minutes=1)
    assert "handoff" in kinds_of(receiver, before)
    assert "handoff" not in kinds_of(sender, before) | kinds_of(coordinator, before)
    for user in (receiver, sender, coordinator):
        assert kinds_of(user, handoff.due_at)["handoff"] == 1


def test_where_nobody_works_it_waits_for_those_above(
    case: Case, hub: Place, coordinator: User
) -> None:
    make_handoff(case=case, to_place=hub)
    assert kinds_of(coordinator, NOW)["handoff"] == 1

    make_user(role=Role.TRANSFER_TEAM, place=hub)

    assert "handoff" not in kinds_of(coordinator, NOW)


@pytest.mark.parametrize("now", [EVENING, moment("2020-03-22", "09:00")])
def test_whoever_is_notified_of_something_has_it_in_their_day(
    observed: Case, hub: Place, hotel_worker: User, sender: User, coordinator: User, doctor: User,
    now: datetime,
) -> None:  # fmt: skip
    make_handoff(case=make_case(place=hub), to_place=real_place("demo-hotel-yi"))
    make_alert(observed)
    planning.plan_and_send(now)

    for line in MessageLine.objects.select_related("message", "recipient"):
        found = asking.lines(Reader(line.recipient), now, kind=line.message.kind, per_kind=100)
        assert (line.about_id, line.occurrence) in {(w.about_id, w.occurrence) for w in found}


def test_a_duty_of_one_person_waits_for_them_alone(
    hotel: Place, hotel_worker: User, duty_of_one: User
) -> None:
    assert kinds_of(duty_of_one, NOW) == {"own": 1}
    assert kinds_of(hotel_worker, NOW) == {}


@pytest.fixture
def duty_of_one(hotel: Place, monkeypatch: pytest.MonkeyPatch) -> User:
    """A colleague at the hotel to whom alone something falls."""
    colleague = make_user(role=Role.HOTEL_STAFF, place=hotel)
    own = declaring.Duty(
        code="own",
        label="Own",
        heading="Own",
        sentence="Own at %(place)s",
        about="houshayu.user",
        waits="SELECT id AS about_id, '' AS occurrence, %(place)s::bigint AS place_id,"
        " NULL::bigint AS other_place_id, id AS user_id, %(now)s::timestamptz AS due_at,"
        " '{}'::jsonb AS says FROM houshayu_user WHERE id = %(user)s",
        ladder=(declaring.Step(after=timedelta(0), roles=(Role.HOTEL_STAFF,)),),
        permission="returnees.view_case",
        url=lambda waiting: "/",
        params={"place": hotel.pk, "user": colleague.pk},
    )
    monkeypatch.setattr(declaring, "_DUTIES", {**declaring._DUTIES, "own": own})
    return colleague


# --- The page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("every_kind", [False, True])
def test_the_day_costs_three_queries_of_one_kind_and_of_all(
    observed: Case, coordinator: User, hotel_worker: User, doctor: User, hub: Place,
    every_kind: bool, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    make_alert(observed)
    make_handoff(case=make_case(place=hub), to_place=observed.custodies.get(ended_at=None).place)
    if not every_kind:
        one = {"alert": declaring._DUTIES["alert"]}
        monkeypatch.setattr(declaring, "_DUTIES", one)
    reader = Reader(doctor)
    reader.user.has_perm("returnees.view_case")

    with django_assert_num_queries(3):
        groups = day.of(reader, moment("2020-03-24", "21:00")).groups

    assert len(groups) == (2 if every_kind else 1)


@pytest.mark.parametrize("cases", [1, 12])
def test_the_page_costs_the_same_queries_for_one_case_and_many(
    hotel: Place, hotel_worker: User, cases: int, at: Any, django_assert_num_queries: Any
) -> None:
    for _each in range(cases):
        make_observed_case(place=hotel)
    at(EVENING)
    client = logged_in(hotel_worker)

    # Session, user, roles and unread messages, and the three of the day.
    with django_assert_num_queries(9):
        client.get(reverse("coordination:my_day"))


def test_late_ones_come_first_and_many_of_a_kind_lead_to_all(
    hotel: Place, hotel_worker: User, at: Any
) -> None:
    for _each in range(day.FIRST + 2):
        make_observed_case(place=hotel)
    at(moment("2020-03-21", "10:30"))
    client = logged_in(hotel_worker)

    page = client.get(reverse("coordination:my_day"))
    (checkins,) = (g for g in page.context["day"].groups if g.duty.code == "checkin")

    assert (checkins.waiting, checkins.late, len(checkins.lines)) == (30, 20, day.FIRST)
    due = [line.waiting.due_at for line in checkins.lines]
    assert due == sorted(due) and all(line.is_late for line in checkins.lines)
    assert "kind=checkin" in page.text and reverse("returnees:round") in page.text
    alone = client.get(reverse("coordination:my_day"), {"kind": "checkin"})
    assert len(alone.context["day"].groups[0].lines) == 30


def test_all_of_a_kind_stand_on_its_pages_each_once(
    hotel: Place, hotel_worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "PAGE", 4)
    for _each in range(5):
        make_observed_case(place=hotel)
    seen, after = [], ""

    while not seen or after:
        page = day.of(Reader(hotel_worker), EVENING, kind="checkin", after=after)
        seen += [line.waiting.about_id for line in page.groups[0].lines]
        after = page.next

    assert sorted(seen) == sorted(Case.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"},
        {"after": "2020-03-20~1~"},
        {"after": f"{NOW.isoformat()}~{10**30}~"},
        {"kind": "no-such", "place": "nowhere"},
    ],
)
def test_a_made_up_address_breaks_no_day(
    observed: Case, hotel_worker: User, query: dict[str, str]
) -> None:
    answer = logged_in(hotel_worker).get(reverse("coordination:my_day"), query)

    assert answer.status_code == 200


def test_an_empty_day_says_so(stranger: User) -> None:
    assert "您目前没有待办事项" in logged_in(stranger).get(reverse("coordination:my_day")).text


def test_a_place_is_chosen_in_the_address(coordinator: User, doctor: User, at: Any) -> None:
    for code in ("demo-hotel-jia", "demo-hotel-yi"):
        make_alert(make_observed_case(place=real_place(code)))
    at(EVENING)

    chosen = {"kind": "alert", "place": "demo-hotel-yi"}
    page = logged_in(doctor).get(reverse("coordination:my_day"), chosen)

    (alerts,) = page.context["day"].groups
    assert [line.waiting.place.code for line in alerts.lines] == ["demo-hotel-yi"]
    assert {place.code for place in page.context["day"].places} == {
        "demo-hotel-jia",
        "demo-hotel-yi",
    }


def test_coordinators_may_look_at_all_of_their_places_and_others_not(
    observed: Case, coordinator: User, hotel_worker: User, stranger: User, at: Any
) -> None:
    at(EVENING)

    def shown_to(user: User) -> set[str]:
        page = logged_in(user).get(reverse("coordination:my_day"), {"all": "1"})
        return {group.duty.code for group in page.context["day"].groups}

    assert "checkin" in shown_to(coordinator) and "checkin" not in kinds_of(coordinator, EVENING)
    assert shown_to(stranger) == set()


def test_home_is_the_day_of_those_who_work_on_cases_and_the_inbox_of_others(
    hotel_worker: User, coordinator: User
) -> None:
    for user, page in (
        (hotel_worker, "coordination:my_day"),
        (coordinator, "coordination:my_day"),
        (make_user(), "inbox"),
    ):
        assert logged_in(user).get(reverse("home")).url == reverse(page)


# --- The act within the line ------------------------------------------------------------------


def test_an_alert_is_taken_up_and_a_test_recorded_from_the_day(
    observed: Case, doctor: User, at: Any
) -> None:
    alert, test = make_alert(observed), observation_of(observed).labtests.first()
    at(EVENING)
    client = logged_in(doctor)
    day_url = reverse("coordination:my_day")
    page = client.get(day_url).text

    for url, data in (
        (reverse("returnees:alert_acknowledge", args=[alert.pk]), {}),
        (reverse("returnees:labtest_record", args=[test.pk]), {"result": "pending"}),
    ):
        assert f'action="{url}"' in page
        assert client.post(url, data | {"next": day_url}).url == day_url

    alert.refresh_from_db()
    assert alert.acknowledged_by == doctor
    assert "test" not in kinds_of(doctor, EVENING)


def test_a_handoff_is_accepted_from_the_day_by_who_may(
    handoff: Handoff, receiver: User, sender: User, at: Any
) -> None:
    landed = handoff.case.expected_arrival_at + HOUR
    at(landed)
    url, day_url = reverse("transfers:handoff_accept", args=[handoff.pk]), "/my-day/"

    assert f'action="{url}"' not in logged_in(sender).get(day_url).text
    client = logged_in(receiver)
    assert f'action="{url}"' in client.get(day_url).text
    answer = client.post(url, {"temperature": "36.5", "next": day_url})

    assert answer.url == day_url
    assert "handoff" not in kinds_of(receiver, landed)


def test_an_act_leads_to_no_other_site(observed: Case, doctor: User) -> None:
    url = reverse("returnees:alert_acknowledge", args=[make_alert(observed).pk])

    answer = logged_in(doctor).post(url, {"next": "https://elsewhere.example/"})

    assert answer.url == reverse("returnees:alert_list")


# --- Nobody lost ------------------------------------------------------------------------------


def test_every_open_case_waits_for_something_and_one_that_does_not_is_shown(
    hotel: Place, case: Case, coordinator: User, at: Any
) -> None:
    at(EVENING)
    observed = make_observed_case(
        place=hotel, room="0801", request={"requested_mode": "centralized"}
    )
    client = logged_in(coordinator)
    url = reverse("coordination:nobody_lost")
    assert list(day.lost(Case.objects.open(), EVENING)) == []
    assert client.get(url).context["open_cases"] == 2

    sql("SET session_replication_role = replica")  # no operation loses a case; a hand does
    sql("DELETE FROM returnees_labtest")
    sql("DELETE FROM returnees_observation")
    sql("SET session_replication_role = origin")

    page = client.get(url)
    assert page.context["lost"] == [observed]
    assert observed.get_absolute_url() in page.text and "status-bad" in page.text


def test_a_case_of_others_is_not_shown_as_lost(observed: Case) -> None:
    elsewhere = make_user(role=Role.COORDINATOR, place=real_place("gucheng"))

    page = logged_in(elsewhere).get(reverse("coordination:nobody_lost"))

    assert (page.context["open_cases"], page.context["lost"]) == (0, [])


@pytest.mark.parametrize("cases", [1, 6])
def test_the_proof_costs_the_same_queries_for_one_case_and_many(
    hotel: Place, coordinator: User, cases: int, django_assert_num_queries: Any
) -> None:
    for _each in range(cases):
        make_observed_case(place=hotel)
    client = logged_in(coordinator)

    with django_assert_num_queries(9):
        client.get(reverse("coordination:nobody_lost"))


# --- Declaring --------------------------------------------------------------------------------


def test_every_duty_has_a_sentence_and_leads_somewhere_in_both_languages(
    observed: Case, case: Case, hub: Place, coordinator: User
) -> None:
    make_alert(observed)
    make_handoff(case=case, to_place=hub)
    make_case(request={"exception_grounds": ["underlying_disease"]})
    later = moment("2020-03-24", "21:00")
    reader = Reader(make_user(is_superuser=True, username="root"))

    found = asking.lines(reader, later, per_kind=5)

    assert {waiting.duty.code for waiting in found} >= {
        *("alert", "missed_twice", "checkin", "test", "assessment", "arrival", "handoff"),
    }
    for waiting in found:
        assert waiting.url.startswith("/")
        for step in (*waiting.duty.ladder, None):
            assert waiting.says["number"] in waiting.sentence(step)
