"""One form for page and API: both accept and refuse the same, and no JSON breaks the server."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.forms import Form
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from houshayu import clock
from houshayu.api_forms import FormInput, from_json
from houshayu.forms import DirectiveForm, ResultForm, SettleForm
from houshayu.models import Place, User, WorkOrder
from returnees.api.cases import RevealForm
from returnees.api.checkins import CheckInForm, LineForm
from returnees.api.examples import REGISTRATION
from returnees.api.registration import RegistrationInput
from returnees.forms import corrections, labtests
from returnees.forms.alerts import AlertStepForm, ResolutionForm
from returnees.forms.arrivals import ArrivalCorrectionForm
from returnees.forms.cases import CloseForm
from returnees.forms.observing import AssessmentForm, RestartForm
from returnees.forms.registration import RegistrationForm
from returnees.forms.rounds import ReadingForm, SlotForm
from returnees.models import Alert, Case, Person
from tests.factories import NOW
from tests.returnees.typed import typed
from transfers.api.handoffs import OfferOfCaseForm
from transfers.forms.handoffs import AcceptForm, CancelForm, DeclineForm, OfferForm
from transfers.models import Handoff


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The evening's check-ins are taken."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def post(user: User, address: str, body: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.post(address, json.dumps(body), content_type="application/json")


# --- Page and API judge alike -----------------------------------------------------------------


def posted(answers: dict[str, Any]) -> QueryDict:
    """The answers as a browser sends them."""
    data = QueryDict(mutable=True)
    for name, value in answers.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def refused_by_api(user: User, address: str, body: Any) -> set[str]:
    answer = post(user, address, body)
    assert answer.status_code in (200, 201, 400), answer.content
    return set(answer.json()) if answer.status_code == 400 else set()


def refused_by_page(form: Form) -> set[str]:
    return set(form.errors)


CLOSE = {"outcome": "no_show", "note": "未到"}
REVEAL = {"field": "phone_cn", "reason": "核对"}
MEASURED = {"temperature": "36.6"}
SLOT = {"on": "2020-03-20", "slot": "evening"}
EVENING = NOW + timedelta(hours=8)
LONG = "长" * 201


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"outcome": "cancelled"}, {"outcome": "released"}, {"outcome": "lost"},
        {"outcome": ""}, {"note": ""}, {"note": "  "}, {"note": LONG}, {"note": LONG[1:]},
        {"note": "a\x00b"},
    ],
)  # fmt: skip
def test_closing_is_judged_alike(case: Case, sender: User, changed: dict[str, str]) -> None:
    answers = CLOSE | changed
    page = refused_by_page(CloseForm(posted(answers)))

    assert refused_by_api(sender, f"/api/cases/{case.number}/close/", answers) == page


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"field": "document_number"}, {"field": "name_zh"}, {"field": ""}, {"reason": ""},
        {"reason": " "}, {"reason": LONG}, {"reason": LONG[1:]}, {"reason": "\x00"},
    ],
)  # fmt: skip
def test_a_reveal_is_judged_alike(case: Case, sender: User, changed: dict[str, str]) -> None:
    answers = REVEAL | changed
    page = refused_by_page(RevealForm(posted(answers)))

    assert refused_by_api(sender, f"/api/cases/{case.number}/reveal/", answers) == page


MEASUREMENTS: list[dict[str, Any]] = [
    {}, {"temperature": "34.0"}, {"temperature": "42.9"}, {"temperature": "33.9"},
    {"temperature": "43"}, {"temperature": "36.66"}, {"temperature": "warm"},
    {"temperature": "NaN"}, {"temperature": "1e400"}, {"temperature": " 36.6 "},
    {"symptoms": ["fever", "dry_cough"]}, {"symptoms": ["wings"]}, {"symptoms": []},
    {"method": "ear"}, {"method": "mouth"}, {"method": ""},
    {"channel": "phone"}, {"channel": "owl"}, {"channel": ""},
]  # fmt: skip


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize("changed", MEASUREMENTS)
def test_a_check_in_is_judged_alike(
    observed: Case, hotel_worker: User, changed: dict[str, Any]
) -> None:
    answers = MEASURED | changed
    observation = observed.observations.get()
    line = ReadingForm(
        posted({f"{observation.pk}-{name}": value for name, value in answers.items()}),
        observation=observation,
    )
    page = refused_by_page(line)
    rows = {"readings": [answers | {"case": observed.number}]}

    with transaction.atomic():
        answer = post(hotel_worker, "/api/check-ins/", SLOT | rows)
        transaction.set_rollback(True)
    in_round = set(answer.json()["readings"][0]) if answer.status_code == 400 else set()
    alone = refused_by_api(hotel_worker, f"/api/cases/{observed.number}/check-ins/", SLOT | answers)

    assert (in_round, alone) == (page, page)


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize(
    "changed", [{}, {"on": ""}, {"on": "tomorrow"}, {"on": "2020-03-21"}, {"slot": "noon"}]
)
def test_the_slot_of_a_round_is_judged_alike(
    observed: Case, hotel_worker: User, changed: dict[str, str]
) -> None:
    answers = SLOT | changed
    page = refused_by_page(SlotForm(posted(answers), now=EVENING))
    rows = {"readings": [MEASURED | {"case": observed.number}]}

    assert refused_by_api(hotel_worker, "/api/check-ins/", answers | rows) == page


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"planned_at": "2020-03-20T16:00"}, {"planned_at": "2031-03-20T16:00"},
        {"planned_at": "2011-03-20T16:00"}, {"planned_at": "noon"}, {"planned_at": ""},
        {"luggage_pieces": "2"}, {"luggage_pieces": "-1"}, {"luggage_pieces": "two"},
        {"luggage_pieces": "9" * 20}, {"luggage_pieces": ""}, {"driver": "x" * 40},
        {"driver": "x" * 41}, {"vehicle_plate": "x" * 99}, {"escort": "a\x00"},
        {"remarks": "x" * 1000}, {"to_place": ""},
    ],
)  # fmt: skip
def test_an_offer_is_judged_alike(
    case: Case, sender: User, hub: Place, changed: dict[str, str]
) -> None:
    places = Place.objects.holders()
    page = refused_by_page(
        OfferForm(posted({"to_place": str(hub.pk)} | changed), places=places, now=NOW)
    )
    asked = {"case": case.number, "to_place": hub.code} | changed

    assert refused_by_api(sender, "/api/handoffs/", asked) == page


ANSWERS: list[tuple[str, type[Form], dict[str, str]]] = [
    ("accept", AcceptForm, answers)
    for answers in (
        {}, {"room": "0812"}, {"room": "八层"}, {"room": ""}, {"temperature": "36.6"},
        {"temperature": "43.0"}, {"temperature": ""}, {"luggage_pieces": "99"},
        {"luggage_pieces": "100"}, {"luggage_pieces": ""},
    )
] + [
    (act, form, answers)
    for act, form in (("decline", DeclineForm), ("cancel", CancelForm))
    for answers in ({}, {"reason": ""}, {"reason": "满"}, {"reason": LONG}, {"reason": "\x00"})
]  # fmt: skip


@pytest.mark.parametrize(("act", "form", "answers"), ANSWERS)
def test_an_answer_to_an_offer_is_judged_alike(
    handoff: Handoff,
    sender: User,
    receiver: User,
    act: str,
    form: type[Form],
    answers: dict[str, str],
) -> None:
    user = sender if act == "cancel" else receiver
    kwargs: dict[str, Any] = {}
    if form is AcceptForm:
        kwargs = {"case": handoff.case}
        answers = answers | dict.fromkeys(["arrived_at", "sure_at"], f"{NOW:%Y-%m-%dT%H:%M}")
    page = refused_by_page(form(posted(answers), **kwargs))

    assert refused_by_api(user, f"/api/handoffs/{handoff.pk}/{act}/", answers) == page


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"due_at": "2020-03-20T08:00"}, {"due_at": "2030-01-01T00:00"}, {"due_at": "noon"},
        {"text": ""}, {"text": "x" * 401}, {"text": "a\x00"}, {"owner": ""}, {"place": ""},
    ],
)  # fmt: skip
def test_a_directive_is_judged_alike(
    coordinator: User, hotel: Place, changed: dict[str, str]
) -> None:
    answers = {"text": "清点口罩", "due_at": "2020-03-20T18:00"}
    places = Place.objects.all()
    page = refused_by_page(
        DirectiveForm(posted({"place": str(hotel.pk)} | answers | changed), places=places, now=NOW)
    )
    asked = {"place": hotel.code} | answers | changed

    assert refused_by_api(coordinator, "/api/work-orders/", asked) == page
    assert WorkOrder.objects.exists() == (not page)


def test_a_directive_names_its_owner_by_their_log_in(
    coordinator: User, hotel: Place, hotel_worker: User, stranger: User
) -> None:
    asked = {"place": hotel.code, "text": "清点口罩", "due_at": "2020-03-20T18:00"}
    address = "/api/work-orders/"

    for nobody in ("nobody", str(hotel_worker.pk), hotel_worker.pk, [hotel_worker.username]):
        assert refused_by_api(coordinator, address, asked | {"owner": nobody}) == {"owner"}
    assert refused_by_api(coordinator, address, asked | {"owner": "hotel_worker"}) == set()
    assert WorkOrder.objects.get().owner == hotel_worker


# By section, field and what is answered.
ANSWERED: list[tuple[str, str, Any]] = [
    ("person", "surname_latin", "MÜLLER"),
    ("person", "surname_latin", ""),
    ("person", "name_zh", "王\x00"),
    ("person", "birth_date", "1899-12-31"),
    ("person", "birth_date", "2020-02-30"),
    ("person", "birth_date", "2015-01-01"),
    ("person", "nationality", "HKG"),
    ("person", "nationality", "QQQ"),
    ("person", "gender", "unknown"),
    ("person", "needs_interpreter", ""),
    ("document", "document_number", ""),
    ("document", "document_number", "!"),
    ("document", "document_type", "other"),
    ("document", "document_expiry", "soon"),
    ("document", "visa_type", ""),
    ("contact", "phone_cn", "12"),
    ("contact", "phone_cn", ""),
    ("contact", "email", "nobody"),
    ("contact", "wechat_id", "1"),
    ("dwelling", "room", ""),
    ("dwelling", "emergency_contact_name", "Lena Sofie Muster"),
    ("dwelling", "emergency_contact_phone", "+4930123456"),
    ("arrival", "expected_arrival_at", "2031-01-01T00:00"),
    ("arrival", "expected_arrival_at", ""),
    ("arrival", "companion", "HSY-000000"),
    ("journey", "departure_time", "2020-03-20T23:00"),
    ("journey", "flight_number", "nonsense"),
    ("journey", "transport_mode", "rail"),
    ("journey", "entry_date", "2020-03-21"),
    ("journey", "entry_port", "PVG"),
    ("journey", "days_observed_elsewhere", "31"),
    ("journey", "days_observed_elsewhere", "3"),
    ("health", "temperature", "47.0"),
    ("health", "temperature", "36.55"),
    ("health", "symptoms", ["fever"]),
    ("health", "symptoms", ["wings"]),
    ("health", "chronic_conditions", ["diabetes"]),
    ("health", "medicine_72h", "yes"),
    ("health", "pregnant_weeks", "99"),
    ("request", "requested_mode", "home"),
    ("request", "exception_grounds", ["wish"]),
    ("care", "diet", "soup"),
    ("care", "allergy", "x" * 1000),
    ("declaration", "signed_by", "Somebody Else"),
    ("declaration", "sensitive_consent", ""),
    ("office", "intake_channel", "pigeon"),
    ("office", "badge_number", "x" * 100),
]


def by_section(answers: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends of one row each, as the API takes it."""
    body: dict[str, Any] = {}
    for key, value in answers.items():
        match key.split("-"):
            case [name, "0", field]:
                body.setdefault(name, [{}])[0][field] = value
            case [section, field] if not field.endswith("_FORMS"):
                body.setdefault(section, {})[field] = value
    return body


@pytest.mark.parametrize(("section", "field", "value"), [("office", "interpreter", ""), *ANSWERED])
def test_a_registration_is_judged_alike(
    sender: User, community: Place, section: str, field: str, value: Any
) -> None:
    answers = typed(**{f"{section}__{field}": value})
    home = {"dwelling-community": str(community.pk)}
    page = RegistrationForm(posted(answers | home), now=NOW, companions=Case.objects.none())
    page.is_valid()
    wrong = {
        (name, each) for name, part in page.parts.items() if not hasattr(part, "forms")
        for each in part.errors
    }  # fmt: skip
    body = by_section(answers | {"dwelling-community": community.code})

    answer = post(sender, "/api/cases/", body | {"place": community.code})

    problems = answer.json() if answer.status_code == 400 else {}
    assert answer.status_code in (201, 400)
    assert {(name, each) for name, part in problems.items() for each in part} == wrong


# --- Whatever JSON comes ------------------------------------------------------------------------

ASSESSED = {"result": "approved", "community_assessor": "李", "health_assessor": "陈"}
FORMS: list[tuple[type[Form], dict[str, Any], dict[str, Any]]] = [
    (CloseForm, CLOSE, {}),
    (RevealForm, REVEAL, {}),
    (CheckInForm, SLOT | MEASURED, {"now": EVENING}),
    (LineForm, MEASURED | {"case": "HSY-7K3M9Q"}, {}),
    (AcceptForm, {}, {"case": None}),
    (DeclineForm, {"reason": "满"}, {}),
    (CancelForm, {}, {}),
    (AssessmentForm, ASSESSED, {}),
    (RestartForm, {"last_contact_on": "2020-03-20"}, {}),
    (ArrivalCorrectionForm, {"arrived_at": "2020-03-20T01:00", "reason": "晚点"}, {}),
    (
        labtests.TestPlanForm,
        {"due_on": "2020-03-21"},
        {"today": NOW.date(), "until": date(2020, 4, 3)},
    ),
    (labtests.TestForm, {"result": "negative"}, {}),
    (corrections.CheckInCorrectionForm, MEASURED | {"reason": "看错"}, {}),
    (corrections.TestCorrectionForm, {"result": "negative", "reason": "看错"}, {}),
    (AlertStepForm, {"step": "isolated"}, {}),
    (ResolutionForm, {"resolution": "confirmed"}, {"alert": Alert(kind="fever")}),
    (ResultForm, {"result": "好"}, {}),
    (SettleForm, {"decision": "again"}, {}),
]
NO_ANSWERS = [{"a": 1}, [[]], [None], 1e400, "\ud800", "a\x00"]


@pytest.mark.parametrize(("form", "sound", "kwargs"), FORMS)
def test_every_field_refuses_what_it_can_not_be(
    form: type[Form], sound: dict[str, Any], kwargs: dict[str, Any]
) -> None:
    assert from_json(form, sound, **kwargs).is_valid()
    for name in form.base_fields:
        for value in NO_ANSWERS:
            if value == 1e400 and type(form.base_fields[name]).__name__ == "CharField":
                continue  # a text, "inf"
            with pytest.raises(Exception) as refusal:
                from_json(form, sound | {name: value}, **kwargs)
            assert list(getattr(refusal.value, "detail", [])) == [name]


def test_a_field_that_no_form_has_is_refused(case: Case, sender: User) -> None:
    for body in (CLOSE | {"by": 1}, CLOSE | {"\ud800": 1}):
        assert post(sender, f"/api/cases/{case.number}/close/", body).status_code == 400
    case.refresh_from_db()
    assert case.closed_at is None


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["\ud800", "\x00", "2020-03-20", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "NaN"]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([10**400, -(10**30), 1e308]) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def paths_of(body: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a body something stands: sections, rows and fields."""
    yield here
    inner = body.items() if isinstance(body, dict) else enumerate(body)
    for key, value in inner if isinstance(body, dict | list) else ():
        if isinstance(value, dict | list):
            yield from paths_of(value, (*here, key))
        else:
            yield (*here, key)


def with_(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with something else at a place."""
    if not path:
        return value
    changed = copy.deepcopy(body)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed


def every_field(body: dict[str, Any], of: Callable[[], Any]) -> list[tuple[Any, ...]]:
    """The places of a body, and the fields that it leaves out."""
    shape = of()
    left_out = [
        (section, name)
        for section, part in shape.fields.items()
        if isinstance(part, FormInput) and section in body
        for name in part.fields
    ]
    return sorted({*paths_of(body), *left_out, *((name,) for name in shape.fields)}, key=str)


FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FUZZ
@given(data=st.data(), value=JSON)
def test_no_json_breaks_the_registration(
    sender: User, community: Place, data: st.DataObject, value: Any
) -> None:
    from_where = every_field(REGISTRATION, RegistrationInput)
    body = with_(REGISTRATION, data.draw(st.sampled_from(from_where)), value)

    _answers_and_writes_nothing_wrong(sender, "/api/cases/", body, Person)


@FUZZ
@given(data=st.data(), value=JSON)
@example(data=None, value="\x00")
@example(data=None, value="\ud800")
@example(data=None, value=10**400)
def test_no_json_breaks_an_offer(case: Case, sender: User, data: Any, value: Any) -> None:
    sound = {"case": case.number, "to_place": "ncie-hub"}
    where = every_field(sound, FormInput.of(OfferOfCaseForm))
    chosen = [data.draw(st.sampled_from(where))] if data is not None else where
    for path in chosen:
        _answers_and_writes_nothing_wrong(
            sender, "/api/handoffs/", with_(sound, path, value), Handoff
        )


def _answers_and_writes_nothing_wrong(user: User, address: str, body: Any, written: Any) -> None:
    """The request is let in or refused by a sentence; what is refused leaves no row behind."""
    before = written.objects.count()
    with transaction.atomic():
        answer = post(user, address, body)
        if answer.status_code == 400:
            assert answer.json() and written.objects.count() == before
        else:
            assert answer.status_code in (201, 404, 409)
        transaction.set_rollback(True)


def test_an_endless_number_and_what_is_no_json_are_refused(case: Case, sender: User) -> None:
    client = APIClient()
    client.force_authenticate(sender)
    for body in ("9" * 5000, '{"luggage_pieces": NaN}', '{"case": "\\ud800"}', "{", "[" * 5000):
        answer = client.post("/api/handoffs/", body, content_type="application/json")
        assert (body[:9], answer.status_code) == (body[:9], 400)
    assert not Handoff.objects.exists()
