"""What the API does with one case, its tests and its alerts: as the pages do, by the same forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from houshayu import clock
from houshayu.models import Place, User
from returnees import releasing
from returnees.models import Alert, Case, LabTest
from tests.factories import (
    NOW,
    check_in,
    make_case,
    make_user,
    observation_of,
    real_place,
    see_through,
)


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def stranger_above(db: None) -> User:
    """Coordinates another sub-district."""
    return make_user(role="coordinator", place=real_place("konggang"))


def post(user: User, address: str, **body: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.post(f"/api/{address}", body, format="json")


def get(user: User, address: str, **query: str) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.get(f"/api/{address}", query)


LATE = (NOW - timedelta(hours=7)).isoformat()
ASSESSED = {"result": "approved", "community_assessor": "李", "health_assessor": "陈"}

# Of each act: what is asked, what is wrong, and the field that says so.
ACTS: dict[str, tuple[dict[str, Any], list[tuple[dict[str, Any], str]]]] = {
    "arrival": (
        {"arrived_at": LATE, "sure_at": LATE, "reason": "航班延误"},
        [
            ({"reason": ""}, "reason"),
            ({"arrived_at": "noon"}, "arrived_at"),
            ({"arrived_at": None}, "arrived_at"),
        ],
    ),
    "assess": (
        ASSESSED,
        [
            ({"result": "pending"}, "result"),
            ({"result": "rejected"}, "reason"),
            ({"health_assessor": "李"}, "health_assessor"),
        ],
    ),
    "restart": (
        {"last_contact_on": "2020-03-20"},
        [({"last_contact_on": "soon"}, "last_contact_on")],
    ),
    "policy": (
        {"version": "P3", "reason": "区里要求"},
        [({"version": "P99"}, "version"), ({"reason": " "}, "reason")],
    ),
    "tests/": (
        {"due_on": "2020-03-23"},
        [({"due_on": "2020-03-19"}, "due_on"), ({"due_on": "2020-05-01"}, "due_on")],
    ),
    "commitment": ({}, []),
}


def address_of(case: Case, act: str) -> str:
    return f"cases/{case.number}/{act}" + ("" if act.endswith("/") else "/")


@pytest.mark.parametrize(
    ("act", "wrong", "field"),
    [(act, wrong, field) for act, (_, each) in ACTS.items() for wrong, field in each],
)
def test_what_the_form_of_the_page_refuses_is_refused_by_field(
    observed: Case, coordinator: User, act: str, wrong: dict[str, Any], field: str
) -> None:
    before = list(Case.pgh_event_models["update"].objects.values_list("pk"))  # type: ignore[attr-defined]

    answer = post(coordinator, address_of(observed, act), **ACTS[act][0] | wrong)

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert list(Case.pgh_event_models["update"].objects.values_list("pk")) == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("act", ACTS)
def test_who_may_not_is_refused_and_another_place_finds_nothing(
    observed: Case, stranger_above: User, hotel: Place, act: str
) -> None:
    auditor = make_user(role="privacy_auditor", place=hotel)

    assert post(auditor, address_of(observed, act), **ACTS[act][0]).status_code == 403
    assert post(stranger_above, address_of(observed, act), **ACTS[act][0]).status_code == 404


def test_an_arrival_is_corrected_or_undone(observed: Case, case: Case, coordinator: User) -> None:
    answer = post(coordinator, address_of(observed, "arrival"), **ACTS["arrival"][0])

    assert answer.status_code == 200, answer.json()
    observed.refresh_from_db()
    assert observed.arrived_at == NOW - timedelta(hours=7)
    assert answer.json()["observations"][-1]["started_on"] == "2020-03-20"
    not_yet = post(coordinator, address_of(case, "arrival"), not_arrived=True, reason="同名")
    assert not_yet.status_code == 409
    at_home = make_case(place=real_place("houshayu-village"), arrived=NOW)
    undone = post(coordinator, address_of(at_home, "arrival"), not_arrived=True, reason="同名")
    assert (undone.status_code, undone.json()["arrived_at"]) == (200, None)


def test_a_request_is_assessed_and_decided_again(community: Place, coordinator: User) -> None:
    case = make_case(
        place=community, arrived=NOW, request={"exception_grounds": ["underlying_disease"]}
    )

    answer = post(coordinator, address_of(case, "assess"), **ASSESSED)

    assert answer.status_code == 200, answer.json()
    assert answer.json()["request"]["assessment_result"] == "approved"
    assert answer.json()["observations"][0]["kind"] == "home"
    case.request.refresh_from_db()
    assert case.request.assessed_by == coordinator


def test_the_count_is_restarted_and_a_contact_to_come_restarts_nothing(
    observed: Case, case: Case, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_come = post(coordinator, address_of(observed, "restart"), last_contact_on="2020-03-25")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=4))
    answer = post(coordinator, address_of(observed, "restart"), last_contact_on="2020-03-22")

    assert (to_come.status_code, answer.status_code) == (409, 200)
    assert answer.json()["observations"][-1]["started_on"] == "2020-03-22"
    assert post(coordinator, address_of(case, "restart")).status_code == 409


def test_another_version_decides_with_its_reason(observed: Case, coordinator: User) -> None:
    answer = post(coordinator, address_of(observed, "policy"), **ACTS["policy"][0])

    assert (answer.status_code, answer.json()["decision"]["policy"]) == (200, "P3")


def test_a_commitment_is_noted_once(observed: Case, coordinator: User) -> None:
    for _ in range(2):
        assert post(coordinator, address_of(observed, "commitment")).status_code == 200

    observed.request.refresh_from_db()
    assert observed.request.commitment_signed_at == NOW


def test_a_test_is_planned_once_for_a_day_and_gets_its_result(
    observed: Case, coordinator: User, stranger_above: User, hotel_worker: User
) -> None:
    tests = address_of(observed, "tests/")
    planned, again = (post(coordinator, tests, due_on="2020-03-23") for _ in range(2))
    assert (planned.status_code, again.status_code) == (201, 409)
    record = f"{tests}{planned.json()['id']}/record/"

    assert planned.json() in get(hotel_worker, tests).json()["results"]
    assert get(stranger_above, tests).status_code == 404
    assert post(stranger_above, record, result="negative").status_code == 404
    assert list(post(coordinator, record, result="maybe").json()) == ["result"]
    answer = post(coordinator, record, result="negative")

    assert (answer.status_code, answer.json()["result"]) == (200, "negative")
    assert post(coordinator, record, result="positive").status_code == 409
    test = LabTest.objects.get(pk=planned.json()["id"])
    assert (test.due_on, test.recorded_by) == (date(2020, 3, 23), coordinator)


def test_a_test_is_found_under_the_number_of_its_own_case_alone(
    observed: Case, case: Case, coordinator: User
) -> None:
    planned = post(coordinator, address_of(observed, "tests/"), due_on="2020-03-23").json()

    other = f"{address_of(case, 'tests/')}{planned['id']}/record/"

    assert post(coordinator, other, result="negative").status_code == 404


def test_an_alert_is_taken_on_and_settled_where_the_case_is(
    observed: Case, hotel_worker: User, coordinator: User, stranger_above: User
) -> None:
    check_in(observed, day=0, slot="evening", temperature="38.5")
    alert = Alert.objects.get()
    address = f"alerts/{alert.pk}/"
    assert get(stranger_above, "alerts/").json()["results"] == []
    assert get(stranger_above, address).status_code == 404
    assert post(stranger_above, f"{address}resolve/", resolution="confirmed").status_code == 404
    listed = get(hotel_worker, "alerts/", kind="fever", place="demo-hotel-jia").json()["results"]
    assert [each["case"] for each in listed] == [observed.number]

    assert post(coordinator, f"{address}acknowledge/").json()["acknowledged_by"] == "coordinator"
    assert list(post(coordinator, f"{address}resolve/", resolution="well").json()) == ["resolution"]
    done = post(coordinator, f"{address}resolve/", resolution="remeasured_normal", reading="36.6")

    assert (done.status_code, done.json()["resolution"]) == (200, "remeasured_normal")
    assert get(hotel_worker, "alerts/").json()["results"] == []
    assert get(hotel_worker, "alerts/", state="settled").json()["results"] == [
        done.json() | {"can_handle": False}
    ]
    assert get(hotel_worker, address).status_code == 200


def test_days_of_the_decision_follow_a_corrected_arrival(observed: Case, coordinator: User) -> None:
    days_before = observation_of(observed).days
    earlier = (NOW - timedelta(days=1)).isoformat()

    moment = {"arrived_at": earlier, "sure_at": earlier}

    answer = post(coordinator, address_of(observed, "arrival"), **moment, reason="入境单")

    assert answer.json()["observations"][-1]["started_on"] == "2020-03-19"
    assert answer.json()["observations"][-1]["days"] == days_before


def test_a_positive_test_is_not_settled_as_normal_and_the_answer_says_why(
    observed: Case, coordinator: User
) -> None:
    test = observation_of(observed).labtests.first()
    post(coordinator, f"{address_of(observed, 'tests/')}{test.pk}/record/", result="positive")
    alert = Alert.objects.get()

    stepped = post(coordinator, f"alerts/{alert.pk}/step/", step="isolated").json()
    refused = post(
        coordinator, f"alerts/{alert.pk}/resolve/", resolution="remeasured_normal", reading="36.5"
    )

    assert [(each["step"], each["taken_by"]) for each in stepped["steps"]] == [
        ("isolated", "coordinator")
    ]
    assert (refused.status_code, list(refused.json())) == (400, ["resolution"])


def test_a_check_in_is_corrected_and_removed(observed: Case, coordinator: User) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="38.5")
    address = f"{address_of(observed, 'check-ins/')}{checkin.pk}/correct/"

    assert list(post(coordinator, address, temperature="36.5").json()) == ["reason"]
    assert list(post(coordinator, address, reason="看错").json()) == ["temperature"]
    answer = post(coordinator, address, temperature="36.5", reason="看错")
    again = post(coordinator, address, temperature="36.5", reason="看错")

    assert (answer.status_code, answer.json()["temperature"]) == (200, "36.5")
    assert answer.json()["id"] == checkin.pk
    assert again.status_code == 409
    assert post(coordinator, address, not_measured=True, reason="邻室").status_code == 204
    assert get(coordinator, address_of(observed, "check-ins/")).json()["results"] == []


def test_a_result_is_corrected(observed: Case, coordinator: User) -> None:
    test = observation_of(observed).labtests.first()
    address = f"{address_of(observed, 'tests/')}{test.pk}/"
    post(coordinator, f"{address}record/", result="negative")

    answer = post(coordinator, f"{address}correct/", result="positive", reason="看错")
    not_taken = post(coordinator, f"{address}correct/", result="not_taken", reason="看错")

    assert (answer.status_code, answer.json()["result"]) == (200, "positive")
    assert (not_taken.status_code, not_taken.json()["sampled_at"]) == (200, None)


def test_a_release_of_today_is_taken_back(
    observed: Case, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = see_through(observed)
    releasing.release(observed, by=coordinator, now=at)
    address = address_of(observed, "release/take-back/")

    assert post(coordinator, address, reason="另一人").status_code == 404
    monkeypatch.setattr(clock, "now", lambda: at)
    answer = post(coordinator, address, reason="另一人")

    assert (answer.status_code, answer.json()["closed_at"]) == (200, None)
    assert answer.json()["observations"][-1]["end_reason"] == ""
