"""The API, codes, searches, files, and work that is interrupted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import yaml
from allauth.core.context import request_context
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from openapi_schema_validator import OAS31Validator
from openpyxl import load_workbook

from houshayu.models import Job, JobStatus, Place, User
from houshayu.models.jobs import SILENCE
from houshayu.one_time_codes import CodeForm
from returnees import releasing
from returnees.api.examples import REGISTRATION
from returnees.models import Case
from returnees.sheets import certified, verification_code
from tests.cases import report
from tests.factories import (
    NOW,
    make_case,
    make_observed_case,
    observation_of,
    see_through,
)

FULL_WIDTH = {n: n + 0xFEE0 for n in range(0x21, 0x7F)}


def logged_in(client: Client, user: User) -> Client:
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def schema() -> dict[str, Any]:
    """The description of the API."""
    out = StringIO()
    call_command("spectacular", stdout=out)
    described: dict[str, Any] = yaml.safe_load(out.getvalue())
    return described


def exported(client: Client, coordinator: User) -> Any:
    """Number, name, when they arrived and the release day, of every case."""
    asked = {"state": "all", "columns": ["name", "arrived", "release"]}
    answer = logged_in(client, coordinator).get(reverse("returnees:case_export"), asked)
    return load_workbook(BytesIO(answer.content)).active


@report("X01")
def an_empty_cell_is_empty(client: Client, coordinator: User, community: Place) -> None:
    closed = make_case(place=community)
    releasing.close(closed, "no_show", by=coordinator, now=NOW, note="电话告知")

    rows = list(exported(client, coordinator).iter_rows(min_row=2, values_only=True))

    assert [each for row in rows for each in row if each in ("'", "")] == []
    assert rows[0][2] is None and rows[0][3] is None


@report("X02")
@report("X03")
def days_and_moments_are_such_and_can_be_read(
    client: Client, coordinator: User, community: Place, hotel: Place
) -> None:
    make_observed_case(place=hotel, community=community)

    sheet = exported(client, coordinator)

    arrival, release = sheet["C2"], sheet["D2"]
    assert arrival.is_date and release.is_date
    assert isinstance(release.value, datetime | date) and isinstance(arrival.value, datetime)
    assert sheet.column_dimensions["C"].width >= 16 and sheet.column_dimensions["D"].width >= 10
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref


@report("A01")
def what_a_list_shows_can_be_opened(client: Client, coordinator: User, community: Place) -> None:
    closed = make_case(place=community)
    releasing.close(closed, "no_show", by=coordinator, now=NOW, note="电话告知")
    api = logged_in(client, coordinator)

    listed = api.get("/api/cases/", {"state": "all"}).json()["results"]

    assert [each["number"] for each in listed] == [closed.number]
    assert api.get(f"/api/cases/{closed.number}/").status_code == 200


@report("A02")
def a_question_of_yes_or_no_is_answered_or_refused(
    client: Client, coordinator: User, community: Place
) -> None:
    for needs in (True, False):
        make_case(place=community, person={"needs_interpreter": needs})
    api = logged_in(client, coordinator)

    for asked, expected in (("true", [True]), ("false", [False])):
        answer = api.get("/api/people/", {"needs_interpreter": asked}).json()
        assert [each["needs_interpreter"] for each in answer["results"]] == expected
    for asked in ("1", "0", "yes", "maybe"):
        assert api.get("/api/people/", {"needs_interpreter": asked}).status_code == 400, asked


@report("A03")
def the_documented_registration_is_what_the_description_asks_for(db: None) -> None:
    described = schema()
    components = described["components"]["schemas"]
    asked = described["paths"]["/api/cases/"]["post"]["requestBody"]["content"]
    form = asked["application/json"]["schema"]

    # In a request nothing is required that can only be read.
    for name, each in components.items():
        if name.endswith("Input"):
            read_only = {n for n, p in each["properties"].items() if p.get("readOnly")}
            assert not read_only & set(each.get("required", [])), name
    whole = {**form, "components": described["components"]}
    assert list(OAS31Validator(whole).iter_errors(REGISTRATION)) == []


@report("A04")
def what_is_refused_is_described(db: None) -> None:
    paths = schema()["paths"]

    create = paths["/api/cases/"]["post"]["responses"]
    assert {"201", "400", "401", "403", "409"} <= create.keys()
    assert {"200", "401", "403", "404"} <= paths["/api/cases/{number}/"]["get"]["responses"].keys()
    log_in = next(each for path, each in paths.items() if "token" in path or "login" in path)
    assert {"400", "429"} <= log_in["post"]["responses"].keys()
    for path, acts in paths.items():
        for method, act in acts.items():
            if method in ("get", "post", "put", "patch", "delete") and "security" in act:
                assert any(code[0] == "4" for code in act["responses"]), (path, method)


@report("A08")
def a_job_whose_worker_was_killed_is_begun_again_soon(sender: User, community: Place) -> None:
    case = make_case(place=community, by=sender)
    parameters = {"sheet": "registration", "cases": [case.number]}
    job = Job.objects.ask("print_sheets", parameters, total=200, by=sender, now=NOW)
    assert job.start()
    job.advance(14)
    killed = timezone.now() - SILENCE - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(alive_at=killed)

    Job.objects.revive(now=NOW)

    job.refresh_from_db()
    assert (job.status, SILENCE) == (JobStatus.QUEUED, timedelta(minutes=5))
    assert Job.objects.get(pk=job.pk).start()


@report("A10")
def a_genuine_certificate_is_recognised_however_it_is_typed(
    hotel: Place, community: Place, coordinator: User
) -> None:
    case = make_observed_case(place=hotel, community=community)
    observation = observation_of(case)
    moment = see_through(case)
    releasing.release(case, by=coordinator, now=moment)
    number = f"{case.number}-1"
    observation.refresh_from_db()
    code = verification_code(number, observation)

    for typed in (
        code, code.replace("-", " "), code.replace("-", "–"), code.replace("-", ""),
        code.lower(), code.translate(FULL_WIDTH), code.replace("0", "O").replace("1", "l"),
        f"\u202a {code} \u202c",
    ):  # fmt: skip
        assert certified(number, typed) == observation, typed
    for typed in (
        number.translate(FULL_WIDTH), number.replace("-", " "), number.replace("-", "—").lower(),
        number.replace("0", "O").replace("1", "I"),
    ):  # fmt: skip
        assert certified(typed, code) == observation, typed
    assert certified(number, "0000-0000-0000") is None


@report("A05")
def the_answer_says_which_language_it_is_in(client: Client, coordinator: User) -> None:
    for language in ("en", "zh-hans"):
        User.objects.filter(pk=coordinator.pk).update(language=language)
        _stored, token = AuthToken.objects.create(user=coordinator)
        answer = client.get("/api/cases/", headers={"Authorization": f"Token {token}"})
        assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)


@report("A09")
def a_one_time_code_is_taken_from_any_keyboard(coordinator: User) -> None:
    cache.clear()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(coordinator, secret)
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))

    with request_context(RequestFactory().post("/")):
        for typed in (f"{code[:3]} {code[3:]}", code.translate(FULL_WIDTH), f"\u200b{code}"):
            cache.clear()
            assert CodeForm({"code": typed}, user=coordinator).is_valid(), typed
        assert not CodeForm({"code": "００００００"}, user=coordinator).is_valid()


@report("A11")
def a_case_number_is_found_however_it_is_typed(
    client: Client, coordinator: User, community: Place
) -> None:
    case = make_case(place=community)
    Case.objects.filter(pk=case.pk).update(number="HSY-EF0ERX")
    make_case(place=community)
    api = logged_in(client, coordinator)

    for typed in (
        "ｈｓｙ－EF0ERX", "HSY EF0ERX", "\u200eHSY-EF0ERX\u200f", "ef0erx", "HSY–EFOERX",
        "hsyef0erx", "ＥＦ０ＥＲＸ",
    ):  # fmt: skip
        found = api.get("/api/cases/", {"q": typed}).json()["results"]
        assert [each["number"] for each in found] == ["HSY-EF0ERX"], typed
