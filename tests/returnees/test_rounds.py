from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from houshayu.models import MessageLine, Place, User
from policy import COLDEST, FEVER, HOTTEST
from returnees.models import Alert, Case, CheckIn
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
)

EVENING = {"on": "2020-03-20", "slot": "evening"}


@pytest.fixture(autouse=True)
def half_past_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: moment("2020-03-20", "16:30"))


@pytest.fixture
def client(hotel_worker: User) -> Client:
    client = Client()
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")
    return client


def url(**query: str) -> str:
    return reverse("returnees:round", query=EVENING | query)


def temperature_of(case: Case) -> str:
    return f"{observation_of(case).pk}-temperature"


def test_a_whole_floor_is_recorded_from_one_page(client: Client, hotel: Place) -> None:
    floor = [make_observed_case(place=hotel, room=f"08{n:02}") for n in range(1, 4)]
    make_observed_case(place=hotel, room="0901")

    client.post(url(floor="08"), {temperature_of(case): "36.5" for case in floor})

    recorded = CheckIn.objects.values_list("observation__case", "day", "slot", "temperature")
    assert {case for case, *_rest in recorded} == {case.pk for case in floor}
    assert {(day, slot, str(t)) for _case, day, slot, t in recorded} == {(0, "evening", "36.5")}


def test_the_page_hands_the_script_its_limits_and_the_script_has_none(
    client: Client, observed: Case
) -> None:
    page = client.get(url()).content.decode()

    limits = {"coldest": COLDEST, "hottest": HOTTEST, "fever": FEVER}
    assert all(f'data-{name}="{limit}"' in page for name, limit in limits.items())
    for script in Path(settings.BASE_DIR, "static", "js").glob("*.js"):
        assert not re.search(r"\b(34|37|42)\b", script.read_text()), script.name


def test_a_bad_temperature_keeps_what_was_typed_and_writes_nothing(
    client: Client, hotel: Place
) -> None:
    well, mistyped = make_observed_case(place=hotel), make_observed_case(place=hotel)

    answer = client.post(url(), {temperature_of(well): "36.5", temperature_of(mistyped): "365"})

    page = answer.content.decode()
    assert 'value="36.5"' in page
    assert 'value="365"' in page
    assert not CheckIn.objects.exists()


def test_a_symptom_needs_a_temperature_too(client: Client, hotel: Place) -> None:
    case = make_observed_case(place=hotel)

    client.post(url(), {f"{observation_of(case).pk}-symptoms": ["dry_cough"]})

    assert not CheckIn.objects.exists()


def test_what_somebody_else_recorded_stays(client: Client, hotel: Place) -> None:
    case = make_observed_case(place=hotel)
    page = {temperature_of(case): "36.9"}
    check_in(case, day=0, slot="evening", temperature="36.4")

    answer = client.post(url(), page, follow=True)

    assert str(CheckIn.objects.get().temperature) == "36.4"
    assert case.number in " ".join(str(each) for each in answer.context["messages"])


def test_somebody_who_left_while_the_round_was_typed_is_named(
    client: Client, hotel: Place, hub: Place
) -> None:
    here, left = make_observed_case(place=hotel), make_observed_case(place=hotel)
    page = {temperature_of(here): "36.5", temperature_of(left): "36.6"}
    hand_over(left, hub, now=moment("2020-03-20", "16:20"))

    answer = client.post(url(), page, follow=True)

    shown = " ".join(str(each) for each in answer.context["messages"])
    assert left.number in shown and here.number not in shown
    assert CheckIn.objects.get().observation.case == here


def test_a_page_opened_in_the_morning_and_sent_after_it_records_the_morning(
    client: Client, hotel: Place
) -> None:
    case = make_observed_case(place=hotel, arrived=moment("2020-03-19"))
    shown_for = {"on": "2020-03-20", "slot": "morning"}

    client.post(reverse("returnees:round"), shown_for | {temperature_of(case): "36.5"})

    assert [(each.day, each.slot) for each in CheckIn.objects.all()] == [(1, "morning")]


def test_a_key_that_is_no_number_of_ours_is_passed_over(client: Client, observed: Case) -> None:
    typed = urlencode({"9" * 5000 + "-temperature": "36.5", temperature_of(observed): "36.6"})

    client.post(url(), typed, content_type="application/x-www-form-urlencoded")

    assert CheckIn.objects.get().observation.case == observed


def test_a_large_hotel_is_taken_floor_by_floor_and_nobody_is_left_out(
    client: Client, hotel: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnees.views.rounds.COMFORTABLE", 3)
    guests = {room: make_observed_case(place=hotel, room=room) for room in ("0801", "0802", "0901")}
    guests["0902"] = make_observed_case(place=hotel, room="0902")
    roomless = make_observed_case(place=hotel)
    check_in(guests["0801"], day=0, slot="evening")
    check_in(guests["0802"], day=0, slot="evening")

    page = client.get(url(), follow=True)

    assert page.redirect_chain == [(url(place=str(hotel.pk), floor="none"), 302)]
    assert [row["observation"].case for row in page.context["rows"]] == [roomless]
    assert [(floor, part.missing) for floor, part in page.context["floors"]] == [
        ("none", 1), ("08", 0), ("09", 2),
    ]  # fmt: skip

    check_in(roomless, day=0, slot="evening")
    page = client.get(url(), follow=True)

    assert page.redirect_chain == [(url(place=str(hotel.pk), floor="09"), 302)]
    assert [row["observation"].room for row in page.context["rows"]] == ["0901", "0902"]


@pytest.mark.parametrize("nonsense", ["on=9999-99-99", "slot=noon", "place=0", "floor=123456789"])
def test_nonsense_in_an_address_leads_to_a_floor_all_the_same(
    client: Client, hotel: Place, monkeypatch: pytest.MonkeyPatch, nonsense: str
) -> None:
    monkeypatch.setattr("returnees.views.rounds.COMFORTABLE", 1)
    for room in ("0801", "0802", "0901"):
        make_observed_case(place=hotel, room=room)

    page = client.get(f"{url()}&{nonsense}", follow=True)

    assert [row["observation"].room for row in page.context["rows"]] == ["0801", "0802"]


def test_a_floor_of_the_place_before_hides_nobody_of_the_next(
    client: Client, coordinator: User, hotel: Place
) -> None:
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    make_observed_case(place=hotel, room="0801")
    other = real_place("demo-hotel-yi")
    guest = make_observed_case(place=other, room="0301")

    page = client.get(url(place=str(other.pk), floor="08"))

    assert [row["observation"].case for row in page.context["rows"]] == [guest]
    assert '<option value="03">03</option>' in page.content.decode()
    assert '<option value="08"' not in page.content.decode()


def test_where_there_are_no_floors_all_stay_on_one_page(
    client: Client, hotel: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnees.views.rounds.COMFORTABLE", 1)
    for _person in range(2):
        make_observed_case(place=hotel)

    page = client.get(url(), follow=True)

    assert len(page.context["rows"]) == 2


@pytest.mark.parametrize(("temperature", "alerts"), [("37.2", 0), ("37.3", 1)])
def test_37_3_alerts_the_coordinator_and_the_medical_group_at_once(
    client: Client, hotel: Place, coordinator: User, temperature: str, alerts: int
) -> None:
    make_user(username="doctor", role="medical_member", place=real_place("houshayu"))
    case = make_observed_case(place=hotel)

    client.post(url(), {temperature_of(case): temperature})

    assert Alert.objects.filter(case=case, kind="fever").count() == alerts
    shown = set(MessageLine.objects.values_list("recipient__username", flat=True))
    assert shown == ({"coordinator", "doctor"} if alerts else set())


def test_another_hotels_guests_are_not_on_the_page_and_can_not_be_recorded(
    client: Client, hotel: Place
) -> None:
    elsewhere = make_observed_case(place=real_place("demo-hotel-yi"))

    page = client.get(url()).content.decode()
    client.post(url(), {temperature_of(elsewhere): "36.5"})

    assert elsewhere.number not in page
    assert not CheckIn.objects.exists()


def test_tomorrows_check_in_can_not_be_recorded_today(client: Client, hotel: Place) -> None:
    case = make_observed_case(place=hotel)

    client.post(url(on="2020-03-21", slot="morning"), {temperature_of(case): "36.5"})

    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("guests", [1, 12])
def test_the_page_costs_the_same_queries_for_one_guest_and_a_floor(
    client: Client, hotel: Place, guests: int, django_assert_num_queries: object
) -> None:
    for n in range(guests):
        make_observed_case(place=hotel, arrived=NOW, room=f"08{n:02}")

    with django_assert_num_queries(11):  # type: ignore[operator]
        client.get(url())


MORNING = moment("2020-03-21", "08:50")
OF_21_MARCH = {"on": "2020-03-21", "slot": "evening"}


@pytest.fixture
def at_breakfast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: MORNING)


def test_a_value_of_the_morning_is_not_taken_for_the_evenings(
    client: Client, observed: Case, at_breakfast: None
) -> None:
    answer = client.post(url(**OF_21_MARCH), {temperature_of(observed): "36.5"})

    assert answer.status_code == 422
    assert "13:00" in answer.text
    assert not CheckIn.objects.exists()


def test_somebody_who_leaves_is_measured_early_and_the_reason_is_kept(
    client: Client, observed: Case, at_breakfast: None
) -> None:
    reason = temperature_of(observed).replace("temperature", "early_reason")

    client.post(
        url(**OF_21_MARCH), {temperature_of(observed): "36.5", reason: "Leaves for hospital"}
    )

    [taken] = CheckIn.objects.all()
    assert (taken.day, taken.slot, taken.early_reason) == (1, "evening", "Leaves for hospital")


def test_a_reason_is_asked_for_before_the_slot_alone(
    client: Client, observed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "early_reason" not in client.get(url()).text
    monkeypatch.setattr("houshayu.clock.now", lambda: MORNING)

    assert "early_reason" in client.get(url(**OF_21_MARCH)).text


def test_the_database_refuses_an_early_value_without_its_reason(observed: Case) -> None:
    check_in(observed, day=1, slot="evening")

    for early in ("2020-03-21 12:59:59+08", "2020-03-20 23:00+08"):
        with refused_by("checkin_before_its_time_has_a_reason"):
            sql(f"UPDATE returnees_checkin SET taken_at = '{early}'")
    sql("UPDATE returnees_checkin SET taken_at = '2020-03-21 08:50+08', early_reason = 'leaves'")
    with refused_by("checkin_before_its_time_has_a_reason"):
        sql("UPDATE returnees_checkin SET early_reason = ''")


def test_the_next_floor_comes_up_when_nobody_is_missing_on_this_one(
    client: Client, hotel: Place
) -> None:
    eight = [make_observed_case(place=hotel, room=f"080{n}") for n in (1, 2)]
    make_observed_case(place=hotel, room="1001")
    make_observed_case(place=hotel, room="0701")
    here = url(place=str(hotel.pk), floor="08")

    some = client.post(here, {temperature_of(eight[0]): "36.5"})
    rest = client.post(here, {temperature_of(eight[1]): "36.5"})
    last = client.post(
        url(place=str(hotel.pk), floor="10"),
        {temperature_of(Case.objects.get(custodies__room="1001")): "36.5"},
    )

    assert [answer.headers["Location"] for answer in (some, rest, last)] == [
        here,
        url(place=str(hotel.pk), floor="10"),
        url(place=str(hotel.pk), floor="07"),
    ]
