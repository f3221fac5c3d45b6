"""Handing over through the API, by the rules of the pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from houshayu import clock
from houshayu.models import Place, User
from returnees.models import Case
from tests.factories import NOW, holder_of, make_case, make_handoff, make_user, real_place
from transfers.models import Handoff


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def post(user: User, address: str, **answers: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.post(address, answers, format="json")


def get(user: User, address: str) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.get(address)


def test_the_sender_offers_and_the_receiver_takes_over_once(
    case: Case, sender: User, receiver: User, hub: Place
) -> None:
    offered = post(sender, "/api/handoffs/", case=case.number, to_place=hub.code)
    assert offered.status_code == 201, offered.json()
    assert offered.json()["can_answer"] is False
    address = f"/api/handoffs/{offered.json()['id']}/accept/"

    landed = NOW.isoformat()
    given = {"temperature": "36.6", "arrived_at": landed, "sure_at": landed}
    answers = [post(receiver, address, **given) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert (answers[0].json()["status"], answers[0].json()["temperature"]) == ("accepted", "36.6")
    assert holder_of(case) == hub


def test_a_case_on_offer_is_not_offered_again(handoff: Handoff, sender: User) -> None:
    answer = post(sender, "/api/handoffs/", case=handoff.case.number, to_place="demo-hotel-jia")

    assert answer.status_code == 409
    assert Handoff.objects.get() == handoff


def test_a_refusal_gives_its_reason_and_leaves_the_case_with_the_sender(
    handoff: Handoff, receiver: User, community: Place
) -> None:
    address = f"/api/handoffs/{handoff.pk}/decline/"
    assert post(receiver, address).status_code == 400

    answer = post(receiver, address, reason="无房")

    assert (answer.json()["status"], answer.json()["reason"]) == ("declined", "无房")
    assert holder_of(handoff.case) == community


def test_the_sender_takes_an_offer_back(handoff: Handoff, sender: User) -> None:
    answer = post(sender, f"/api/handoffs/{handoff.pk}/cancel/")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_each_side_does_its_own_part_alone(
    handoff: Handoff, sender: User, receiver: User, stranger: User, hub: Place
) -> None:
    guard = make_user(role="checkpoint_guard", place=hub)
    part = {"accept": sender, "decline": sender, "cancel": receiver}

    for act, other_side in part.items():
        answers = [
            post(user, f"/api/handoffs/{handoff.pk}/{act}/", reason="无").status_code
            for user in (other_side, stranger, guard)
        ]
        assert (act, answers) == (act, [404, 404, 403])
    taken = post(stranger, "/api/handoffs/", case=handoff.case.number, to_place="gucheng")
    assert taken.status_code == 404
    assert get(stranger, f"/api/handoffs/{handoff.pk}/").status_code == 404
    assert get(stranger, "/api/handoffs/").json()["results"] == []
    assert get(guard, "/api/handoffs/").status_code == 403
    assert APIClient().get("/api/handoffs/").status_code == 401


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"to_place": "atlantis"}, "to_place"),
        ({"planned_at": "9999-12-31T23:59Z"}, "planned_at"),
        ({"planned_at": "2019-03-20T16:00:00+08:00"}, "planned_at"),
        ({"luggage_pieces": -1}, "luggage_pieces"),
        ({"driver": "x" * 41}, "driver"),
    ],
)
def test_an_offer_that_can_not_be_is_refused_beside_its_field(
    case: Case, sender: User, answers: dict[str, Any], field: str
) -> None:
    asked = {"case": case.number, "to_place": "ncie-hub"} | answers

    answer = post(sender, "/api/handoffs/", **asked)

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Handoff.objects.exists()


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"room": "八层"}, "room"),
        ({"temperature": "43.0"}, "temperature"),
        ({"luggage_pieces": 100}, "luggage_pieces"),
    ],
)
def test_a_person_is_not_taken_over_with_nonsense(
    handoff: Handoff, receiver: User, answers: dict[str, Any], field: str
) -> None:
    answer = post(receiver, f"/api/handoffs/{handoff.pk}/accept/", **answers)

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Handoff.objects.get().is_open


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2020-03-20T08:30:00+08:00", 200),
        ("0589-09-02T16:57:44-21:24", 200),
        ("0001-01-01T00:00:00+14:00", 400),
        ("9999-12-31T23:59:59-23:59", 400),
    ],
)
@pytest.mark.parametrize("resource", ["handoffs/?offered_after", "cases/?opened_before"])
def test_a_moment_of_any_offset_is_understood_or_refused(
    sender: User, resource: str, moment: str, status: int
) -> None:
    answer = get(sender, f"/api/{resource}={quote(moment)}")

    assert answer.status_code == status


@pytest.mark.parametrize("act", ["accept", "decline", "cancel"])
@pytest.mark.parametrize("number", ["null", "true", "-1", "٣", "9" * 30])
def test_what_is_no_number_of_a_handoff_is_not_found(receiver: User, act: str, number: str) -> None:
    assert post(receiver, f"/api/handoffs/{number}/{act}/", reason="full").status_code == 404


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("", 2),
        ("status=declined", 1),
        ("overdue=true", 0),
        ("overdue=false", 2),
        ("to_place=ncie-hub", 1),
        ("from_place=ncie-hub", 0),
    ],
)
def test_the_list_is_narrowed(
    handoff: Handoff, sender: User, community: Place, query: str, n: int
) -> None:
    hotel = real_place("demo-hotel-jia")
    other = make_handoff(case=make_case(place=community, by=sender), to_place=hotel, by=sender)
    other.decline(by=sender, now=NOW, reason="满")

    assert len(get(sender, f"/api/handoffs/?{query}").json()["results"]) == n


@pytest.mark.parametrize("n", [1, 3])
def test_queries_do_not_grow_with_the_list(
    sender: User, community: Place, n: int, django_assert_num_queries: Any
) -> None:
    for _ in range(n):
        make_handoff(case=make_case(place=community, by=sender), by=sender)

    with django_assert_num_queries(2):
        assert len(get(sender, "/api/handoffs/").json()["results"]) == n
