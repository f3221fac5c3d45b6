"""Every personal field says why it is kept, and for how long."""

# ruff: noqa: DJ008  (the models declared here are never shown)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps, override_settings
from django.utils.translation import override

from houshayu import keeping
from houshayu.checks import every_column_has_a_purpose
from houshayu.keeping import ACCOUNT, impersonal, impersonal_model, personal, personal_fields
from houshayu.management.commands import write_keeping_page
from houshayu.models import User
from houshayu.privacy.fields import EncryptedTextField
from houshayu.privacy.masking import mask_phone
from returnees.keeping import CONTACT, HEALTH
from returnees.models import CheckIn, Person


@pytest.fixture
def apart() -> Iterator[None]:
    """Models that are declared here stand in no registry."""
    with isolate_apps("houshayu"):
        yield


def test_every_column_of_ours_says_what_it_is_kept_for() -> None:
    assert every_column_has_a_purpose() == []
    assert [each for each in run_checks() if each.id == "houshayu.E003"] == []


@pytest.mark.parametrize(
    "field",
    [
        models.CharField(max_length=20),
        models.TextField(),
        models.DateField(),
        models.BooleanField(),
        EncryptedTextField(mask=mask_phone),
    ],
    ids=lambda field: type(field).__name__,
)
def test_a_new_column_without_a_purpose_is_found(
    apart: None, monkeypatch: pytest.MonkeyPatch, field: models.Field
) -> None:
    class Newcomer(models.Model):
        name = personal(CONTACT, models.CharField(max_length=20))
        note = field.clone()
        seat = impersonal(models.CharField(max_length=5))
        friend = models.ForeignKey("self", on_delete=models.CASCADE)

        class Meta:
            app_label = "houshayu"

    monkeypatch.setattr(keeping, "own_models", lambda: iter([Newcomer]))

    assert [str(each.msg) for each in every_column_has_a_purpose()] == [
        "houshayu.Newcomer.note does not say what it is kept for."
    ]
    with pytest.raises(LookupError, match=r"Newcomer\.note"):
        keeping.purpose_of(Newcomer._meta.get_field("note"))


def test_a_model_about_nobody_needs_to_say_no_more_but_protects_nothing(apart: None) -> None:
    @impersonal_model
    class Kettle(models.Model):
        colour = models.CharField(max_length=20)

        class Meta:
            app_label = "houshayu"

    @impersonal_model
    class Safe(models.Model):
        code = EncryptedTextField(mask=mask_phone)

        class Meta:
            app_label = "houshayu"

    assert keeping.undeclared(Kettle) == []
    assert keeping.undeclared(Safe) == ["code"]


def test_inherited_columns_are_declared_by_name(apart: None) -> None:
    class Base(models.Model):
        name = models.CharField(max_length=20)

        class Meta:
            abstract = True

    @personal_fields(ACCOUNT, "name")
    class Account(Base):
        class Meta:
            app_label = "houshayu"

    assert keeping.purpose_of(Account._meta.get_field("name")) == ACCOUNT
    assert not hasattr(Base._meta.get_field("name"), "purpose")


def test_the_history_keeps_as_the_table_that_it_follows() -> None:
    person, checkin = Person.pgh_event_model, CheckIn.pgh_event_model

    assert keeping.purpose_of(person._meta.get_field("phone_cn")) == CONTACT
    assert keeping.purpose_of(checkin._meta.get_field("temperature")) == HEALTH


@override_settings(BASE_DIR=Path("/elsewhere"))
def test_only_our_own_apps_are_looked_at() -> None:
    assert list(keeping.own_models()) == []


def test_the_models_are_those_of_all_our_apps() -> None:
    labels = {model._meta.app_label for model in keeping.own_models()}

    assert labels == set(settings.APPS_BELOW_THE_ROOF)
    assert User in keeping.own_models()


def test_the_page_says_what_the_models_say() -> None:
    page = Path(settings.BASE_DIR, "docs", "keeping.md").read_text(encoding="utf-8")

    assert page == write_keeping_page.page(), "run manage.py write_keeping_page"


def test_every_purpose_is_also_said_in_chinese() -> None:
    with override("zh-hans"):
        for purpose in keeping.kept():
            said = (purpose.label, purpose.ground.label, purpose.since.label, purpose.then.label)
            assert all("一" <= str(text)[0] <= "鿿" for text in said), purpose
