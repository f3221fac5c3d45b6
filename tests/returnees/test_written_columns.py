"""Registering again and correcting write what the form asks for, and no other column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from houshayu.models import Place, User
from returnees import releasing
from returnees.forms.registration import ASKED
from returnees.models import (
    CarePreference,
    Case,
    Declaration,
    HealthDeclaration,
    IdentityDocument,
    Journey,
    ObservationRequest,
    Person,
)
from returnees.registration import Registration, amend, register
from tests.factories import NOW, holder_of, make_registration, moment

SECTIONS = (Journey, HealthDeclaration, ObservationRequest, Declaration, CarePreference)
# What the policy decides anew whenever its facts change.
DECIDED = {"decision", "policy_id"}


def first_form() -> Registration:
    form = make_registration(document={"document_number": "E12345678"})
    form.care = CarePreference(diet="halal")
    return form


def other_form() -> Registration:
    """The same document, and nearly everything else answered otherwise."""
    form = make_registration(
        expected_arrival_at=moment("2020-03-20", "21:00"),
        person={
            "person_category": "overseas_chinese",
            "name_zh": "王晓明",
            "given_names_latin": "XIAO MING",
            "birth_date": date(1981, 1, 1),
            "occupation": "engineer",
            "wechat_id": "wang_xm",
            "email": "wang@example.org",
            "phone_cn": "13700001111",
        },
        document={
            "document_number": "E12345678",
            "document_expiry": date(2027, 1, 1),
            "needs_manual_check": True,
        },
        journey={"flight_number": "CA910", "departure_city": "Rome", "purpose": "work"},
        health={"temperature": Decimal("36.6"), "cluster": True, "regular_medicine": "aspirin"},
        request={"caregiver_name": "Li Hua", "separate_room": True},
        room="0999",
        emergency_contact_name="王二明",
        intake_channel="visit",
    )
    form.care = CarePreference(diet="vegan", pets="a cat")
    form.declaration.signed_by = "Li Hua"
    form.declaration.privacy_notice_version = "another"
    return form


def stored(row: models.Model, columns: set[str]) -> dict[str, Any]:
    return dict(type(row)._base_manager.filter(pk=row.pk).values(*columns).get())


def columns_of(model: type[models.Model]) -> set[str]:
    return {each.attname for each in model._meta.concrete_fields if not each.generated}


def parts(case: Case) -> dict[type[models.Model], models.Model]:
    """The rows that a form fills, by model."""
    return {Person: case.person, IdentityDocument: case.document, Case: case} | {
        model: model._base_manager.get(case=case) for model in SECTIONS
    }


@pytest.fixture
def case(community: Place, sender: User) -> Case:
    return register(first_form(), place=community, by=sender, now=NOW)


def correct(case: Case, form: Registration, by: User) -> None:
    amend(case, form, by=by, now=moment("2020-03-20", "09:00"), reason="misread")


def close_and_return(case: Case, form: Registration, by: User) -> None:
    """The first return is over; the same person comes again."""
    held_by = holder_of(case)
    assert held_by is not None
    releasing.close(case, "cancelled", by=by, now=NOW, note="flight cancelled")
    register(form, place=held_by, by=by, now=moment("2020-03-20", "09:00"))


@contextmanager
def written() -> Iterator[dict[str, set[str]]]:
    """The columns that UPDATE statements name, by table; complete when the block is left."""
    columns: dict[str, set[str]] = {}
    with CaptureQueriesContext(connection) as queries:
        yield columns
    for query in queries:
        for table, said in re.findall(r'UPDATE "(\w+)" SET (.+?) WHERE ', query["sql"], re.DOTALL):
            columns.setdefault(table, set()).update(re.findall(r'"(\w+)" = ', said))


@pytest.mark.parametrize("model", [Person, IdentityDocument, Case, *SECTIONS])
def test_a_column_that_no_form_asks_for_survives_a_correction(
    case: Case, sender: User, model: type[models.Model]
) -> None:
    row, columns = parts(case)[model], columns_of(model) - DECIDED
    before, form = stored(row, columns), other_form()
    form.asked = {**ASKED, model: frozenset()}

    correct(case, form, sender)

    assert stored(row, columns) == before


@pytest.mark.parametrize("model", [Person, IdentityDocument])
def test_a_column_that_no_form_asks_for_survives_a_second_return(
    case: Case, sender: User, model: type[models.Model]
) -> None:
    row, columns = parts(case)[model], columns_of(model)
    before, form = stored(row, columns), other_form()
    form.asked = {**ASKED, model: frozenset()}

    close_and_return(case, form, sender)

    assert stored(row, columns) == before


def test_what_staff_and_the_program_wrote_survives_a_correction(case: Case, sender: User) -> None:
    ObservationRequest.objects.filter(case=case).update(
        assessment_result="approved",
        assessment_reason="quiet flat",
        community_assessor="Li",
        health_assessor="Dr. Sun",
        assessed_at=NOW,
        assessed_by=sender,
        commitment_signed_at=NOW,
    )
    Declaration.objects.filter(case=case).update(privacy_notice_version="2020-02")
    Case.objects.filter(pk=case.pk).update(outcome_note="said on the phone")
    kept = {model: columns_of(model) - ASKED[model] - DECIDED for model in parts(case)}
    kept[Person] -= Person.DERIVED
    kept[IdentityDocument] -= IdentityDocument.DERIVED
    before = {model: stored(row, kept[model]) for model, row in parts(case).items()}

    correct(case, other_form(), sender)

    assert {model: stored(row, kept[model]) for model, row in parts(case).items()} == before


def test_an_earlier_return_stays_as_it_was_stated_then(case: Case, sender: User) -> None:
    of_the_return = {Case, *SECTIONS}
    before = {
        model: stored(row, columns_of(model))
        for model, row in parts(case).items()
        if model in of_the_return
    }
    ends = {"closed_at", "outcome", "outcome_note"}

    close_and_return(case, other_form(), sender)

    for model, values in before.items():
        now = stored(parts(case)[model], columns_of(model))
        assert {name for name in values if values[name] != now[name]} == (
            ends if model is Case else set()
        )


def test_a_correction_of_one_answer_writes_one_column(case: Case, sender: User) -> None:
    form = first_form()
    form.person.phone_cn = case.person.phone_cn
    form.person.occupation = "engineer"

    with written() as columns:
        correct(case, form, sender)

    assert columns == {
        "returnees_person": {"occupation"},
        "returnees_case": {"decision", "policy_id"},
    }


def test_a_second_return_writes_only_what_was_answered_otherwise(case: Case, sender: User) -> None:
    form = first_form()
    form.person.phone_cn = "13700001111"

    with written() as columns:
        close_and_return(case, form, sender)

    assert columns["returnees_person"] == {"phone_cn", "phone_cn_index"}
    assert "returnees_identitydocument" not in columns


def test_needs_that_are_stated_again_are_corrected_where_they_stand(
    case: Case, sender: User
) -> None:
    before = CarePreference.objects.get(case=case)

    correct(case, other_form(), sender)

    after = CarePreference.objects.get(case=case)
    assert (after.pk, after.diet, after.pets) == (before.pk, "vegan", "a cat")


def test_needs_of_which_the_form_says_nothing_any_more_are_not_kept(
    case: Case, sender: User
) -> None:
    form = other_form()
    form.care = None

    correct(case, form, sender)

    assert not CarePreference.objects.filter(case=case).exists()
