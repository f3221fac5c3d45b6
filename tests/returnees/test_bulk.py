"""One act with many chosen rows: each has a result of its own, and nothing is half reported."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from houshayu.models import Membership, Place, Role, User
from returnees import observing
from returnees.models import Alert, Case, Custody, LabTest
from tests.factories import (
    NOW,
    make_alert,
    make_case,
    make_handoff,
    make_observed_case,
    make_user,
    observation_of,
    real_place,
    see_through,
)

CASES = "returnees:case_bulk"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: NOW + timedelta(hours=8))


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def press(user: User, address: str, act: str, *chosen: object, **typed: Any) -> HttpResponse:
    """The button of the list, and where it asks first also that of its question."""
    sent = {"act": act, "chosen": [str(each) for each in chosen], "confirmed": "1", **typed}
    return logged_in(user).post(reverse(address), sent)


def results(answer: HttpResponse) -> list[tuple[str, bool]]:
    """Each row by its number, and whether it was done."""
    return [(each.name.split()[0], not each.refused) for each in answer.context["results"]]


def test_each_row_has_a_result_of_its_own(sender: User, community: Place) -> None:
    expected, arrived = make_case(place=community), make_case(place=community, arrived=NOW)

    answer = press(sender, CASES, "arrive", expected.number, arrived.number)

    assert results(answer) == [(expected.number, True), (arrived.number, False)]
    assert Case.objects.get(pk=expected.pk).arrived_at
    assert "此前已确认抵京" in answer.content.decode()


def test_a_refused_row_holds_up_no_other(sender: User, community: Place) -> None:
    waiting = make_case(place=community, arrived=NOW)
    cases = [make_case(place=community), waiting, make_case(place=community)]

    press(sender, CASES, "arrive", *(case.number for case in cases))

    assert not Case.objects.filter(arrived_at=None).exists()


def test_the_history_knows_who_did_it_with_each_row(sender: User, community: Place) -> None:
    cases = [make_case(place=community) for _ in range(2)]

    press(sender, CASES, "arrive", *(case.number for case in cases))

    for case in cases:
        event = case.events.order_by("-pgh_id").first()
        assert event.pgh_context.metadata["user"] == sender.pk


def test_only_those_who_are_ready_are_released(sender: User, community: Place) -> None:
    ready = make_case(place=community, community=community, arrived=NOW - timedelta(days=14))
    early = make_case(place=community, community=community, arrived=NOW)
    see_through(ready)

    answer = press(sender, CASES, "release", ready.number, early.number)

    assert results(answer) == [(ready.number, True), (early.number, False)]


def test_what_is_not_in_ones_hands_is_refused_and_what_one_does_not_see_is_not_shown(
    sender: User, community: Place, hotel: Place
) -> None:
    gone = make_observed_case(place=hotel, community=community)  # the sender held it once
    unseen = make_case(place=real_place("gucheng"))

    answer = press(sender, CASES, "arrive", gone.number, unseen.number)

    assert results(answer) == [(gone.number, False)]
    assert unseen.number not in answer.content.decode()
    assert Case.objects.get(pk=unseen.pk).arrived_at is None


def test_with_a_role_here_and_another_there_each_row_asks_its_own_place(
    sender: User, community: Place
) -> None:
    there = real_place("gucheng")
    Membership.objects.create(user=sender, place=there, role=Role.HOTEL_STAFF)
    here, elsewhere = make_case(place=community), make_case(place=there)

    answer = press(sender, CASES, "arrive", here.number, elsewhere.number)

    assert results(answer) == [(here.number, True), (elsewhere.number, False)]


def test_an_act_nobody_offered_is_not_found_and_one_of_others_is_refused(
    hotel_worker: User, hotel: Place, case: Case
) -> None:
    assert press(hotel_worker, CASES, "wash", case.number).status_code == 404
    assert press(hotel_worker, CASES, "print", case.number).status_code == 404
    assert press(hotel_worker, CASES, "release", case.number).status_code == 403


def test_before_what_cannot_be_undone_the_page_asks_and_says_how_many(
    sender: User, community: Place
) -> None:
    cases = [make_case(place=community) for _ in range(3)]
    chosen = [case.number for case in cases]

    page = logged_in(sender).post(reverse(CASES), {"act": "arrive", "chosen": chosen})

    text = page.content.decode()
    assert page.status_code == 200 and "已选择3条" in text
    assert re.findall(r'name="chosen" value="([^"]+)"', text) == chosen
    assert not Case.objects.exclude(arrived_at=None).exists()


def test_a_small_choice_of_a_harmless_act_is_done_at_once_and_a_big_one_asks(
    hotel_worker: User, hotel: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = [make_alert(make_observed_case(place=hotel)) for _ in range(3)]
    client = logged_in(hotel_worker)
    sent = {"act": "acknowledge", "chosen": [each.pk for each in alerts]}
    monkeypatch.setattr("houshayu.bulk.MANY", 2)
    big = client.post(reverse("returnees:alert_bulk"), sent)
    untouched = Alert.objects.filter(acknowledged_by=None).count()

    small = client.post(reverse("returnees:alert_bulk"), sent | {"chosen": [alerts[0].pk]})

    assert (untouched, "confirmed" in big.content.decode()) == (3, True)
    assert len(small.context["results"]) == 1
    assert Alert.objects.get(acknowledged_by=hotel_worker) == alerts[0]


@pytest.mark.parametrize("chosen", [[], ["HSY-000000"], ["a\0b"], ["'; --"]])
def test_somebody_who_chooses_nothing_that_is_there_is_refused(
    sender: User, chosen: list[str]
) -> None:
    answer = press(sender, CASES, "arrive", *chosen, back="/cases/?state=all")

    assert (answer.status_code, answer["Location"]) == (302, "/cases/?state=all")


def test_the_way_back_leads_to_no_other_site(sender: User) -> None:
    answer = press(sender, CASES, "arrive", back="https://elsewhere.example/")

    assert answer["Location"] == reverse("returnees:case_list")


def test_a_list_offers_only_what_its_reader_may(sender: User, community: Place) -> None:
    make_case(place=community)
    doctor = make_user(role=Role.MEDICAL_MEMBER, place=community)

    offered = [
        [
            act.code
            for act in logged_in(user).get(reverse("returnees:case_list")).context["bulk"].acts
        ]
        for user in (sender, doctor)
    ]

    assert offered == [["arrive", "sample", "release", "print", "offer"], ["sample", "print"]]


def test_cases_are_offered_to_one_place_and_each_says_why_not(
    sender: User, community: Place, hub: Place
) -> None:
    free, waiting = make_case(place=community), make_case(place=community)
    make_handoff(case=waiting)

    answer = press(sender, CASES, "offer", free.number, waiting.number, to_place=hub.pk)

    assert results(answer) == [(free.number, True), (waiting.number, False)]
    assert Custody.objects.get(case=free).offered_to == hub


def test_an_offer_without_a_place_comes_back_with_the_choice(
    sender: User, community: Place
) -> None:
    case = make_case(place=community)

    answer = press(sender, CASES, "offer", case.number, driver="老张")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert case.number in text and 'value="老张"' in text


def test_a_desk_takes_over_all_that_waits_at_once(receiver: User, hub: Place) -> None:
    handoffs = [make_handoff(to_place=hub) for _ in range(3)]
    handoffs[0].cancel(by=make_user(), now=NOW)

    answer = press(
        receiver, "transfers:handoff_bulk", "accept", *(handoff.pk for handoff in handoffs)
    )

    assert [done for _number, done in results(answer)] == [False, True, True]
    assert Custody.objects.open().filter(place=hub).count() == 2


@pytest.mark.parametrize("rows", [1, 4])
def test_choosing_costs_the_same_queries_however_many_rows(
    sender: User, community: Place, rows: int, django_assert_num_queries: Any
) -> None:
    chosen = [make_case(place=community).number for _ in range(rows)]
    client = logged_in(sender)

    with django_assert_num_queries(8):
        client.post(reverse(CASES), {"act": "arrive", "chosen": chosen})


# --- Samples ----------------------------------------------------------------------------------


def test_the_samples_of_all_whose_test_is_due_are_taken_now(
    hotel_worker: User, hotel: Place
) -> None:
    due, not_due = make_observed_case(place=hotel), make_observed_case(place=hotel)
    by, today = make_user(), NOW + timedelta(hours=8)
    LabTest.objects.filter(observation__case__in=[due, not_due]).delete()
    observing.plan_test(observation_of(due), NOW.date(), by=by, now=NOW)
    observing.plan_test(observation_of(not_due), NOW.date() + timedelta(days=3), by=by, now=NOW)

    answer = press(hotel_worker, CASES, "sample", due.number, not_due.number)

    assert results(answer) == [(due.number, True), (not_due.number, False)]
    [taken] = LabTest.objects.exclude(sampled_at=None)
    assert (taken.observation.case, taken.sampled_at, taken.result) == (due, today, "pending")
    assert "今日无应采的样本" in answer.content.decode()


def test_a_sample_is_taken_once(hotel_worker: User, hotel: Place) -> None:
    case = make_observed_case(place=hotel)
    LabTest.objects.filter(observation__case=case).delete()
    observing.plan_test(observation_of(case), NOW.date(), by=make_user(), now=NOW)

    first, second = (press(hotel_worker, CASES, "sample", case.number) for _ in range(2))

    assert results(first) == [(case.number, True)]
    assert results(second) == [(case.number, False)]


def test_the_page_that_asks_names_everybody_with_their_room(
    hotel_worker: User, hotel: Place
) -> None:
    lodged = make_observed_case(place=hotel, room="0312", person={"name_zh": "马强"})
    sent = {"act": "sample", "chosen": [lodged.number]}

    page = logged_in(hotel_worker).post(reverse(CASES), sent).content.decode()

    assert f"{lodged.number} 0312 马强" in page
