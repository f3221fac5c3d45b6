"""The API as another house's program uses it: log in, register, measure, release, no more."""

from __future__ import annotations

import base64
import copy
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import yaml
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, transaction
from knox.models import AuthToken
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import validate
from rest_framework.test import APIClient

from houshayu import clock
from houshayu.api import exception_handler
from houshayu.models import Membership, Place, Reveal, User
from returnees import releasing
from returnees.api.examples import REGISTRATION
from returnees.models import Case, CheckIn, Person
from tests.factories import (
    NOW,
    check_in,
    holder_of,
    last_morning,
    make_case,
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
    see_through,
)

PASSWORD = "kapok blossom 20"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)


def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Let the domain's clock stand at a moment."""
    monkeypatch.setattr(clock, "now", lambda: now)


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def the_form(**sections: dict[str, Any]) -> dict[str, Any]:
    """The registration of the documentation, with some answers of some sections changed."""
    form: dict[str, Any] = copy.deepcopy(REGISTRATION)
    for name, answers in sections.items():
        form[name] |= answers
    return form


# --- Logging in -----------------------------------------------------------------------------


def log_in(user: User, **more: str) -> Any:
    answers = {"username": user.username, "password": PASSWORD} | more
    return APIClient().post("/api/tokens/", answers, format="json")


def with_token(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_token_opens_the_api_until_its_user_logs_out(community: Place) -> None:
    worker = make_user(role="community_worker", place=community, password=PASSWORD)
    token = log_in(worker).json()["token"]
    client = with_token(token)
    assert client.get("/api/cases/").status_code == 200

    assert client.post("/api/tokens/logout/").status_code == 204

    assert client.get("/api/cases/").status_code == 401


def test_logging_out_everywhere_ends_every_token_of_that_user_alone(sender: User) -> None:
    tokens = [AuthToken.objects.create(user=user)[1] for user in (sender, sender, make_user())]

    with_token(tokens[0]).post("/api/tokens/logout-all/")

    assert AuthToken.objects.exclude(user=sender).count() == AuthToken.objects.count() == 1


def test_five_wrong_passwords_close_the_account_for_the_api_as_for_the_page(db: None) -> None:
    user = make_user(password=PASSWORD)
    for _ in range(5):
        assert log_in(user, password="wrong").status_code == 400

    answer = log_in(user)

    assert answer.status_code == 400
    assert not AuthToken.objects.exists()


def test_an_inactive_user_gets_no_token(db: None) -> None:
    assert log_in(make_user(password=PASSWORD, is_active=False)).status_code == 400


def test_the_eleventh_try_within_a_minute_is_not_heard(db: None) -> None:
    tries = [log_in(make_user(), password="wrong").status_code for _ in range(11)]

    assert tries == [400] * 10 + [429]


def test_somebody_who_has_a_second_step_needs_its_code_once(coordinator: User) -> None:
    coordinator.set_password(PASSWORD)
    coordinator.save()
    secret = generate_totp_secret()
    TOTP.activate(coordinator, secret)
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))

    assert log_in(coordinator).json().keys() == {"code"}
    assert log_in(coordinator, code="000000").status_code == 400
    assert log_in(coordinator, code=code).status_code == 201
    assert log_in(coordinator, code=code).status_code == 400


def test_somebody_who_must_have_a_second_step_and_has_none_gets_no_token(
    coordinator: User, settings: Any
) -> None:
    settings.HOUSHAYU_REQUIRE_TOTP = True
    coordinator.set_password(PASSWORD)
    coordinator.save()

    assert log_in(coordinator).status_code == 400
    assert not AuthToken.objects.exists()


# --- Registering ----------------------------------------------------------------------------


def test_the_registration_of_the_documentation_opens_a_case(sender: User, community: Place) -> None:
    token = AuthToken.objects.create(user=sender)[1]

    answer = with_token(token).post("/api/cases/", REGISTRATION, format="json")

    assert answer.status_code == 201, answer.json()
    case = Case.objects.get(number=answer.json()["number"])
    assert holder_of(case) == community
    assert (str(case.person), case.document.document_number) == ("王小明", "E12345678")
    assert case.expected_arrival_at == moment("2020-03-20", "14:30")
    assert [str(t) for t in case.journey.transits.all()] == ["Frankfurt (DEU)"]
    assert (case.care.diet, case.community) == ("vegetarian", community)
    # The history knows who it was, though the token was read inside the view.
    assert case.registered_by == sender
    authors = {event.pgh_context.metadata["user"] for event in case.events.all()}
    assert authors == {sender.pk}


def test_numbers_never_come_out_in_full(sender: User, community: Place) -> None:
    form = the_form(dwelling={"landlord_or_agent": "老李 13700009876"})
    form["person"] |= {"guardian_name": "王大", "guardian_phone": "13600007654"}
    client = api(sender)
    registered = client.post("/api/cases/", form, format="json")
    number = registered.json()["number"]

    answers = [
        registered,
        client.get("/api/cases/"),
        client.get(f"/api/cases/{number}/"),
        client.get("/api/people/"),
        client.get(f"/api/people/{number}/"),
    ]

    shown = " ".join(answer.content.decode() for answer in answers)
    secret = ["E12345678", "13800001234", "13900005678", "13700009876", "13600007654"]
    assert [each for each in secret if each in shown] == []
    assert registered.json()["document"]["document_number"] == "E1*****78"
    assert registered.json()["contact"]["phone_cn"] == "138******34"
    assert registered.json()["dwelling"]["landlord_or_agent"] == "老李 137******76"


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"document": {"document_number": "E1234567"}}, "document", "document_number"),
    (
        {"document": {"document_type": "resident_id", "document_number": "110105194912310021"}},
        "document",
        "document_number",
    ),
    ({"document": {"document_type": "library_card"}}, "document", "document_type"),
    ({"person": {"birth_date": "1899-12-31"}}, "person", "birth_date"),
    ({"person": {"name_zh": ""}}, "person", "name_zh"),
    ({"person": {"name_zh": "王\x00"}}, "person", "name_zh"),
    ({"person": {"nationality": "QQQ"}}, "person", "nationality"),
    ({"contact": {"phone_cn": "12"}}, "contact", "phone_cn"),
    ({"health": {"temperature": "47.0"}}, "health", "temperature"),
    ({"health": {"symptoms": ["wings"]}}, "health", "symptoms"),
    ({"health": {"medicine_72h": True}}, "health", "medicine_72h_text"),
    ({"journey": {"days_observed_elsewhere": 99}}, "journey", "days_observed_elsewhere"),
    ({"journey": {"entry_date": "0001-01-01"}}, "journey", "entry_date"),
    ({"journey": {"flight_number": "nonsense"}}, "journey", "flight_number"),
    ({"request": {"requested_mode": "home"}}, "request", "separate_room"),
    ({"declaration": {"truth_declaration": False}}, "declaration", "truth_declaration"),
    ({"arrival": {"expected_arrival_at": "2031-01-01T00:00Z"}}, "arrival", "expected_arrival_at"),
    ({"arrival": {"expected_arrival_at": "9999-12-31T23:59Z"}}, "arrival", "expected_arrival_at"),
    ({"dwelling": {"community": "atlantis"}}, "dwelling", "community"),
]


@pytest.mark.parametrize(("changed", "section", "field"), WRONG)
def test_a_wrong_answer_is_refused_beside_its_field_and_nothing_is_saved(
    sender: User, changed: dict[str, Any], section: str, field: str
) -> None:
    answer = api(sender).post("/api/cases/", the_form(**changed), format="json")

    assert answer.status_code == 400
    assert field in answer.json()[section]
    assert (Case.objects.count(), Person.objects.count()) == (0, 0)


@pytest.mark.parametrize("body", [{}, [], {"place": 7}, {"transits": [None]}, "text"])
def test_what_is_no_registration_at_all_is_refused(sender: User, body: Any) -> None:
    assert api(sender).post("/api/cases/", body, format="json").status_code == 400


def test_the_wrong_row_is_named(sender: User) -> None:
    form = the_form()
    form["visited"].append(form["visited"][0] | {"until_on": "2020-03-01"})

    answer = api(sender).post("/api/cases/", form, format="json")

    assert answer.status_code == 400
    first, second = answer.json()["visited"]
    assert (first, list(second)) == ({}, ["until_on"])


def test_nobody_registers_at_a_place_that_is_not_theirs(sender: User) -> None:
    answer = api(sender).post("/api/cases/", the_form() | {"place": "gucheng"}, format="json")

    assert (answer.status_code, list(answer.json())) == (400, ["place"])


def test_a_person_with_an_open_case_is_not_registered_twice(sender: User) -> None:
    client = api(sender)
    number = client.post("/api/cases/", REGISTRATION, format="json").json()["number"]

    likely = client.post("/api/cases/", REGISTRATION, format="json")
    certain = client.post("/api/cases/", REGISTRATION | {"not_a_duplicate": True}, format="json")

    assert (likely.status_code, certain.status_code) == (409, 409)
    assert number in likely.json()["detail"]
    assert Case.objects.count() == 1


def test_only_the_place_of_a_likely_duplicate_elsewhere_is_named(
    sender: User, stranger: User
) -> None:
    case = make_case(place=real_place("gucheng"), by=stranger)

    answer = api(sender).post("/api/cases/", REGISTRATION, format="json")

    assert answer.status_code == 409
    assert case.number not in answer.json()["detail"]
    assert str(real_place("gucheng")) in answer.json()["detail"]


# --- Looking --------------------------------------------------------------------------------


def test_the_same_people_may_look_as_on_the_pages(case: Case, sender: User, stranger: User) -> None:
    guard = make_user(role="checkpoint_guard", place=real_place("houshayu-village"))
    for address in (f"/api/cases/{case.number}/", f"/api/people/{case.number}/",
                    f"/api/cases/{case.number}/check-ins/"):  # fmt: skip
        answers = [api(user).get(address).status_code for user in (sender, stranger, guard)]

        assert (address, answers) == (address, [200, 404, 403])
        assert APIClient().get(address).status_code == 401
    for address in ("/api/cases/", "/api/people/"):
        assert api(stranger).get(address).json()["results"] == []


def test_a_person_is_listed_with_the_cases_the_reader_sees_alone(
    case: Case, sender: User, stranger: User
) -> None:
    releasing.close(case, "no_show", by=sender, now=NOW + timedelta(hours=1), note="未到")
    document = {"document_number": case.document.document_number}
    again = make_case(place=real_place("gucheng"), by=stranger, document=document)
    assert again.person == case.person

    [person] = api(stranger).get("/api/people/").json()["results"]

    assert [each["number"] for each in person["cases"]] == [again.number]
    assert api(stranger).get(f"/api/people/{case.number}/").status_code == 404


def test_pages_follow_one_another_by_a_cursor(community: Place, sender: User) -> None:
    made = [make_case(place=community, by=sender).number for _ in range(5)]
    client, seen, address = api(sender), [], "/api/cases/?limit=2"

    while address:
        page = client.get(address).json()
        seen.append([case["number"] for case in page["results"]])
        address = page["next"]

    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["expected", "hotel"]),
        ("state=all", ["closed", "expected", "hotel"]),
        ("state=closed", ["closed"]),
        ("whereabouts=in_hotel", ["hotel"]),
        ("holder=demo-hotel-jia", ["hotel"]),
        ("community=houshayu-village", ["expected"]),
        ("opened_after=2020-03-20T00:00Z", ["expected"]),
        ("opened_before=2020-03-19T00:00Z", ["hotel"]),
        ("arrival_before=2020-03-19T00:00Z", ["hotel"]),
        ("arrival_after=2020-03-20T05:00Z&arrival_before=2020-03-21T00:00Z", ["expected"]),
    ],
)
def test_a_list_is_narrowed(
    coordinator: User, community: Place, hotel: Place, query: str, found: list[str]
) -> None:
    cases = {
        "expected": make_case(place=community, community=community),
        "closed": make_case(place=community, community=real_place("houshayu-village")),
        "hotel": make_observed_case(place=hotel, arrived=NOW - timedelta(days=3)),
    }
    releasing.close(cases["closed"], "cancelled", by=coordinator, now=NOW, note="误登")

    page = api(coordinator).get(f"/api/cases/?{query}").json()

    names = {case.number: name for name, case in cases.items()}
    assert sorted(names[row["number"]] for row in page["results"]) == found


@pytest.mark.parametrize("query", ["whereabouts=moon", "opened_after=soon", "holder=atlantis"])
def test_a_filter_that_means_nothing_is_refused(coordinator: User, query: str) -> None:
    assert api(coordinator).get(f"/api/cases/?{query}").status_code == 400


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [("/api/cases/", 2), ("/api/people/", 3)])
def test_queries_do_not_grow_with_a_list(
    sender: User, community: Place, n: int, address: str, queries: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for _ in range(n):
        make_case(place=community, by=sender, community=community)
    client = api(sender)

    with django_assert_num_queries(queries):
        assert len(client.get(address).json()["results"]) == n


# --- Acting on a case -----------------------------------------------------------------------


def test_a_case_is_released_once_and_not_before_its_last_day(
    community: Place, sender: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(place=community, by=sender, arrived=NOW, community=community)
    client, address = api(sender), f"/api/cases/{case.number}/release/"
    assert client.post(address).status_code == 409
    observation_of(case).labtests.update(
        result="negative", sampled_at=NOW, result_at=NOW, recorded_by=sender
    )
    see_through(case)
    at(monkeypatch, last_morning(case) + timedelta(hours=1))

    answers = [client.post(address) for _ in range(2)]

    # A closed case is in nobody's hands, so there is nothing left to act on.
    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].json()["outcome"] == "released"


def test_a_case_is_closed_with_its_outcome_by_who_holds_it(
    case: Case, sender: User, stranger: User
) -> None:
    address, answer = f"/api/cases/{case.number}/close/", {"outcome": "no_show", "note": "未到"}
    assert api(stranger).post(address, answer, format="json").status_code == 404
    released = answer | {"outcome": "released"}
    assert api(sender).post(address, released, format="json").status_code == 400

    closed = api(sender).post(address, answer, format="json")

    assert (closed.status_code, closed.json()["whereabouts"]) == (200, "closed")
    assert api(sender).post(address, answer, format="json").status_code == 404


def test_a_number_is_revealed_for_a_reason_which_is_kept(
    case: Case, sender: User, stranger: User
) -> None:
    address = f"/api/cases/{case.number}/reveal/"
    asked = {"field": "document_number", "reason": "核对护照"}
    assert api(sender).post(address, asked | {"reason": " "}, format="json").status_code == 400
    assert api(stranger).post(address, asked, format="json").status_code == 404
    assert not Reveal.objects.exists()

    answer = api(sender).post(address, asked, format="json")

    assert answer.json()["value"] == case.document.document_number
    assert "no-store" in answer["Cache-Control"]
    kept = Reveal.objects.get()
    assert (kept.by, kept.subject_id, kept.reason) == (sender, case.document_id, "核对护照")


# --- Check-ins ------------------------------------------------------------------------------

EVENING = {"on": "2020-03-20", "slot": "evening", "temperature": "36.6"}


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The evening's check-ins are taken."""
    at(monkeypatch, moment("2020-03-20", "16:00"))


@pytest.mark.usefixtures("evening")
def test_a_check_in_is_recorded_once(observed: Case, hotel_worker: User) -> None:
    client, address = api(hotel_worker), f"/api/cases/{observed.number}/check-ins/"

    answers = [client.post(address, EVENING, format="json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert client.get(address).json()["results"] == [answers[0].json()]
    assert answers[0].json()["needs_alert"] is False


@pytest.mark.usefixtures("evening")
def test_a_fever_raises_an_alert(observed: Case, hotel_worker: User) -> None:
    fever = EVENING | {"temperature": "37.3", "symptoms": ["fever"]}

    api(hotel_worker).post(f"/api/cases/{observed.number}/check-ins/", fever, format="json")

    assert observed.alerts.count() == 1


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"temperature": "33.9"}, "temperature"),
        ({"temperature": "NaN"}, "temperature"),
        ({"symptoms": ["wings"]}, "symptoms"),
        ({"slot": "morning"}, "slot"),  # the first day has no morning
        ({"on": "2020-03-21"}, "on"),  # tomorrow
        ({"on": "2020-03-01"}, "slot"),  # before day 0
    ],
)
def test_a_check_in_that_can_not_be_is_refused(
    observed: Case, hotel_worker: User, changed: dict[str, Any], field: str
) -> None:
    address = f"/api/cases/{observed.number}/check-ins/"

    answer = api(hotel_worker).post(address, EVENING | changed, format="json")

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not CheckIn.objects.exists()


@pytest.mark.usefixtures("evening")
def test_only_who_holds_the_person_measures(
    observed: Case, hotel_worker: User, sender: User
) -> None:
    guard = make_user(role="checkpoint_guard", place=real_place("demo-hotel-jia"))
    address = f"/api/cases/{observed.number}/check-ins/"

    answers = [
        api(user).post(address, EVENING, format="json").status_code
        for user in (sender, guard, hotel_worker)
    ]

    assert answers == [404, 403, 201]


@pytest.mark.usefixtures("evening")
def test_a_round_is_written_whole_and_keeps_what_was_there(
    hotel: Place, hotel_worker: User
) -> None:
    first, second = (make_observed_case(place=hotel) for _ in range(2))
    check_in(first, day=0, slot="evening", temperature="36.1")
    readings = [{"case": each.number, "temperature": "36.9"} for each in (first, second)]
    asked = {"on": "2020-03-20", "slot": "evening", "readings": readings}

    answer = api(hotel_worker).post("/api/check-ins/", asked, format="json")

    assert answer.status_code == 201
    assert [each["case"] for each in answer.json()["recorded"]] == [second.number]
    assert answer.json()["already_there"] == [first.number]


@pytest.mark.usefixtures("evening")
def test_one_wrong_line_stops_the_round(observed: Case, hotel_worker: User, case: Case) -> None:
    readings = [{"case": c.number, "temperature": "36.9"} for c in (observed, case)]
    asked = {"on": "2020-03-20", "slot": "evening", "readings": readings}

    answer = api(hotel_worker).post("/api/check-ins/", asked, format="json")

    assert answer.status_code == 400
    assert [list(line) for line in answer.json()["readings"]] == [[], ["case"]]
    assert not CheckIn.objects.exists()


# --- Refusals of the database ---------------------------------------------------------------


def test_what_only_the_database_refuses_is_a_conflict_and_logged_without_its_values(
    sender: User, caplog: pytest.LogCaptureFixture
) -> None:
    held = Membership.objects.get(user=sender)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Membership.objects.create(user=sender, place=held.place, role=held.role)

    answer = exception_handler(refusal.value, {})

    assert answer is not None and answer.status_code == 409
    assert "membership_once" in caplog.text and held.role not in caplog.text


# --- The description ------------------------------------------------------------------------


def test_the_description_is_valid_and_complete(sender: User) -> None:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)

    described = yaml.safe_load(out.getvalue())

    validate(described)
    assert APIClient().get("/api/schema/").status_code == 401
    assert api(sender).get("/api/schema/").status_code == 200


@pytest.fixture(scope="session")
def description() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", stdout=out)
    described: dict[str, Any] = yaml.safe_load(out.getvalue())
    return described


@pytest.mark.parametrize(
    "path",
    [
        "/api/cases/",
        "/api/cases/{number}/",
        "/api/cases/{number}/check-ins/",
        "/api/people/",
        "/api/people/{number}/",
        "/api/handoffs/",
        "/api/handoffs/{id}/",
    ],
)
def test_what_is_answered_is_what_the_description_says(
    description: dict[str, Any],
    case: Case,
    observed: Case,
    hotel: Place,
    coordinator: User,
    path: str,
) -> None:
    handoff = make_handoff(case=case, to_place=hotel)
    check_in(observed, day=0, slot="evening", temperature="37.3", symptoms=("fever",))
    for number in (case.number, observed.number):
        answer = api(coordinator).get(path.format(number=number, id=handoff.pk))

        said = description["paths"][path]["get"]["responses"]["200"]["content"]
        schema = said["application/json"]["schema"] | {"components": description["components"]}
        validator = OAS31Validator(schema, format_checker=oas31_format_checker)
        assert answer.status_code == 200
        assert [
            f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer.json())
        ] == []


def test_a_user_is_answered_in_their_own_language(db: None) -> None:
    for language, word in (("en", "permission"), ("zh-hans", "权限")):
        guard = make_user(language=language)
        assert word in api(guard).get("/api/cases/").json()["detail"]


@pytest.mark.parametrize("position", ["p=abc", "p=%00", "p=2020-03-20", "r=1&p=x"])
@pytest.mark.parametrize("resource", ["cases", "handoffs"])
def test_a_cursor_that_is_not_ours_is_not_found(
    coordinator: User, resource: str, position: str
) -> None:
    client = APIClient()
    client.force_authenticate(coordinator)
    cursor = base64.b64encode(position.encode()).decode()

    assert client.get(f"/api/{resource}/", {"cursor": cursor}).status_code == 404
