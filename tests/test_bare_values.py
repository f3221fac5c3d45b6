"""No page, API answer, file, log or history shows a protected value bare; a logged reveal does.

Every encrypted field there is gets values that nothing else looks like, so a new one is looked for
too, and fails here as soon as something shows it.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from itertools import count
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pdfminer.high_level import extract_text

from houshayu.models import Membership, Reveal, User
from houshayu.privacy.fields import EncryptedTextField, protected_fields
from houshayu.roles import ROLE_PERMISSIONS
from houshayu.tasks import remind
from returnees import releasing
from returnees.models import Case
from returnees.revealing import PHONES, PROTECTED
from returnees.sheets.kinds import SheetKind
from tests.factories import make_observed_case, make_user, observation_of, see_through
from tests.test_access_walk import (  # noqa: F401  (world is a fixture)
    RULES,
    Public,
    World,
    body,
    own_draft,
    the_case_with_a_certificate,
    world,
)

# How a number is written within a longer text, as people spell it.
WRITTEN: dict[str, Callable[[str], str]] = {
    "landlord_or_agent": lambda n: f"Agent {n[:3]} {n[3:7]}-{n[7:]}, after six",
    "typed": lambda n: urlencode({"contact-phone_cn": n}),
    "content": lambda n: base64.b64encode(n.encode()).decode(),
}


def squeezed(text: str) -> str:
    """The text as it is and without its markup, both without what may set digits apart."""
    plain = unescape(text)
    both = plain + "\n" + re.sub(r"<[^>]*>", "", plain)
    return re.sub(r"[^\S\n]|[-‐-–().*\u00a0]", "", both)


def text_of(response: HttpResponse) -> str:
    """What a person reads in a page, a PDF or a spreadsheet, and the headers."""
    content, kind = body(response), response.headers.get("Content-Type", "")
    if kind == "application/pdf":
        text = extract_text(BytesIO(content))
    elif "spreadsheet" in kind:
        with ZipFile(BytesIO(content)) as parts:
            text = "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    else:
        text = content.decode(errors="replace")
    return f"{response.headers}\n{text}"


@dataclass
class Planted:
    """The numbers that stand in protected fields now or stood there before, by field."""

    now: dict[tuple[str, int, str], str] = field(default_factory=dict)
    by_number: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(13_877_660_001))

    def plant(self) -> None:
        """Every protected field of every row gets a number of its own."""
        for model in apps.get_models():
            # History rows are written by the database when what they follow is.
            if hasattr(model, "pgh_tracked_model") or not protected_fields(model):
                continue
            rows = list(model._base_manager.all())
            assert rows, f"make a {model.__name__} in this test: it has protected fields"
            for row in rows:
                self._plant(row)

    def _plant(self, row: models.Model) -> None:
        for name in protected_fields(type(row)):
            number = str(next(self.numbers))
            label = f"{row._meta.label}.{name}"
            self.by_number[number] = label
            self.now[type(row).__name__, row.pk, name] = number
            value = WRITTEN.get(name, str)(number)
            # A file that leaves the field as it is stored would show its code.
            self.by_number[value] = label
            setattr(row, name, value)
        if hasattr(row, "derive"):
            row.derive()
        row.save()

    def seen_in(self, text: str) -> set[str]:
        """The fields of which a number stands in the text, in whatever spelling."""
        squeezed_text = squeezed(text)
        return {label for number, label in self.by_number.items() if number in squeezed_text}


@pytest.fixture
def everybody(world: World) -> User:  # noqa: F811
    """Holds every role at every place of the world."""
    user = make_user(username="everybody", password="kapok blossom 20")
    places = (world.community, world.hotel, world.hub)
    for place in places:
        for role in ROLE_PERMISSIONS:
            Membership.objects.create(user=user, role=role, place=place)
    return user


@pytest.fixture
def released(world: World) -> Case:  # noqa: F811
    """Somebody whose certificate of release can be printed."""
    case = make_observed_case(place=world.hotel, community=world.community)
    moment = see_through(case)
    observation_of(case).labtests.update(
        result="negative", sampled_at=moment, result_at=moment, recorded_by=make_user()
    )
    releasing.release(case, by=make_user(), now=moment)
    return case


@pytest.fixture
def planted(world: World, released: Case, everybody: User) -> Planted:  # noqa: F811
    colleague = make_user(role="community_worker", place=world.community)
    own_draft(world, colleague)
    the_case_with_a_certificate(world, colleague)
    planted = Planted()
    # Twice, so that the history has what was replaced.
    planted.plant()
    planted.plant()
    world.case.refresh_from_db()
    remind()
    return planted


@pytest.fixture
def client(everybody: User, settings: pytest.FixtureRequest, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    client = Client()
    client.force_login(everybody, "houshayu.access.MembershipBackend")
    return client


def answers(client: Client, world: World, user: User) -> Iterator[tuple[str, HttpResponse]]:  # noqa: F811
    """Every page and API route that can be read, as somebody who may read them all."""
    for route, rule in RULES.items():
        name, _, method = route.partition(" ")
        if method not in ("", "GET"):
            continue
        given = rule.given(world, user) if not isinstance(rule, Public) and rule.given else {}
        yield route, client.get(reverse(name, kwargs=given))


def test_nothing_that_can_be_read_shows_one_bare(
    planted: Planted,
    world: World,  # noqa: F811
    released: Case,
    everybody: User,
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    number = {"number": world.case.number}
    leaks, status = {}, {}

    def look(name: str, answer: HttpResponse) -> None:
        status[name] = answer.status_code
        if found := planted.seen_in(text_of(answer)):
            leaks[name] = found

    for route, answer in answers(client, world, everybody):
        look(route, answer)
    for query in ({"state": "all"}, {"q": world.case.number}):
        for name in ("case_list", "case_export"):
            look(f"{name} {query}", client.get(reverse(f"returnees:{name}", query=query)))
    for sheet in SheetKind:
        of = released if sheet == SheetKind.CERTIFICATE else world.case
        address = reverse("returnees:print_sheet", args=[of.number, sheet])
        look(f"sheet {sheet}", client.get(address))
    look("history", client.get(reverse("returnees:case_history", kwargs=number)))
    sent_empty = client.post(reverse("returnees:case_edit", kwargs=number), {"reason": "x"})
    look("form with errors", sent_empty)

    assert leaks == {}
    assert planted.seen_in(caplog.text) == set()
    assert not Reveal.objects.exists()
    # What was looked at was there to be seen.
    for name in ("returnees:case_edit", "returnees:case_history", "api:case-detail GET"):
        assert status[name] == 200
    assert {status[f"sheet {sheet}"] for sheet in SheetKind} == {200}
    assert status["form with errors"] == 422


def test_a_number_comes_out_by_a_reveal_that_is_kept(
    planted: Planted,
    world: World,  # noqa: F811
    everybody: User,
    client: Client,
) -> None:
    page = reverse("returnees:document_reveal", args=[world.case.number])
    api = reverse("api:case-reveal", args=[world.case.number])
    revealed = planted.seen_in(text_of(client.post(page, {"reason": "to call the embassy"})))
    assert revealed == {"returnees.IdentityDocument.document_number"}

    for name in PHONES:
        address = reverse("returnees:phone_reveal", args=[world.case.number, name])
        assert planted.seen_in(text_of(client.get(address))) == set()
        shown = text_of(client.post(address))
        [number] = [
            n for n, of in planted.by_number.items() if n.isdecimal() and n in squeezed(shown)
        ]
        assert planted.by_number[number].endswith(f".{name}")
        assert f'href="tel:{number}"' in shown and "no-store" in shown

    for name in PROTECTED:
        answer = client.post(
            api, {"field": name, "reason": "to call"}, content_type="application/json"
        )
        record = PROTECTED[name].record(world.case)
        assert planted.now[type(record).__name__, record.pk, name] in squeezed(text_of(answer))

    kept = Reveal.objects.filter(by=everybody).values_list("field", flat=True)
    assert sorted(kept) == sorted(["document_number", *PHONES, *PROTECTED])


def test_everything_protected_has_one_way_to_be_read_or_none() -> None:
    """What is about a case is revealed; a form that was begun is opened by its writer alone."""
    fields = {
        (model._meta.label, name)
        for model in apps.get_models()
        if not hasattr(model, "pgh_tracked_model")
        for name in protected_fields(model)
    }
    revealed = {(each.field.model._meta.label, name) for name, each in PROTECTED.items()}

    assert all(isinstance(each.field, EncryptedTextField) for each in PROTECTED.values())
    assert fields - revealed == {("returnees.RegistrationDraft", "typed")}


def test_a_reveal_reads_whatever_is_protected_of_a_case() -> None:
    assert set(PROTECTED) == {
        "landlord_or_agent", "emergency_contact_phone", "guardian_phone", "phone_cn",
        "phone_intl", "document_number",
    }  # fmt: skip


def test_the_search_finds_a_number_however_it_is_spelt() -> None:
    planted = Planted(by_number={"13877660001": "a phone"})

    for spelt in ("13877660001", "138 7766 0001", "138-7766-0001", "<b>138</b>7766&nbsp;0001"):
        assert planted.seen_in(f"call {spelt} now") == {"a phone"}
    assert planted.seen_in("138******01") == set()
