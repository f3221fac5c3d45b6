"""For what each personal field is kept, on what legal ground, and for how long.

A purpose is declared once and stands beside every field that serves it:

    phone_cn = personal(CONTACT, EncryptedTextField(…))

What says nothing about anybody is marked so: impersonal(models.…) for a field, @impersonal_model
for a model. A system check finds a field that says neither; docs/keeping.md is made from what they
say. History tables keep a value as long as the table they follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from houshayu.privacy.fields import protected_fields

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

F = TypeVar("F", bound="models.Field[Any, Any]")
M = TypeVar("M", bound=type[models.Model])


class Ground(models.TextChoices):
    """Legal grounds of the Personal Information Protection Law (PIPL, 个人信息保护法)."""

    STATUTORY = (
        "statutory",
        _(
            "Statutory duty in a public health emergency: PIPL art. 13 (3) and (4); Law on the "
            "Prevention and Treatment of Infectious Diseases, art. 12"
        ),
    )
    SENSITIVE = (
        "sensitive",
        _(
            "Sensitive data under a statutory duty in a public health emergency; separate consent "
            "is asked for: PIPL art. 13 (3) and (4), 28 and 29"
        ),
    )
    CONSENT = (
        "consent",
        _("Separate consent, which may be withdrawn: PIPL art. 13 (1), 14, 15 and 29"),
    )
    EMPLOYMENT = "employment", _("Management of staff: PIPL art. 13 (2)")
    SAFEGUARD = "safeguard", _("Access control and audit: PIPL art. 51 and 54")


class Since(models.TextChoices):
    """When the keeping time begins."""

    CASE_CLOSED = "case_closed", _("after the case, or the person's last case, is closed")
    WRITTEN = "written", _("after it was written")
    LEFT = "left", _("after the user's last role was taken back")


class Then(models.TextChoices):
    """What becomes of a value when its time is over."""

    ERASED = "erased", _("it is erased")
    PSEUDONYMISED = "pseudonymised", _("it is no longer linked to a person")
    COUNTED = "counted", _("only statistics remain")


@dataclass(frozen=True)
class Purpose:
    """What a value is kept for; days: calendar days in Asia/Shanghai."""

    label: StrPromise
    ground: Ground
    days: int
    since: Since
    then: Then


THREE_YEARS = 3 * 365

ACCOUNT = Purpose(
    _("Let staff work with the program, and know who did what"),
    Ground.EMPLOYMENT, THREE_YEARS, Since.LEFT, Then.ERASED,
)  # fmt: skip
ACCESS_LOG = Purpose(
    _("Show who read or took out protected data"),
    Ground.SAFEGUARD, THREE_YEARS, Since.WRITTEN, Then.ERASED,
)  # fmt: skip
TELLING = Purpose(
    _("Let staff know what is waiting for them"), Ground.STATUTORY, 90, Since.WRITTEN, Then.ERASED
)
WORK = Purpose(
    _("Keep the results of background work ready to be fetched"),
    Ground.STATUTORY,
    1,
    Since.WRITTEN,
    Then.ERASED,
)
ATTACHED = Purpose(
    _("Prove a record by a scan or photo"),
    Ground.SENSITIVE, 28, Since.CASE_CLOSED, Then.ERASED,
)  # fmt: skip
ORDERED = Purpose(
    _("Say what is to be done, and that it was done"),
    Ground.STATUTORY, 365, Since.WRITTEN, Then.COUNTED,
)  # fmt: skip


def personal(purpose: Purpose, field: F) -> F:
    """The field, which says something about a person and is kept for this purpose."""
    field.purpose = purpose  # type: ignore[attr-defined]
    return field


def impersonal(field: F) -> F:
    """The field, which says nothing about anybody, though its model is about people."""
    field.purpose = None  # type: ignore[attr-defined]
    return field


def personal_fields(purpose: Purpose, *names: str) -> Callable[[M], M]:
    """Above a model: its fields of these names, inherited ones too, are kept for this purpose."""

    def declare(model: M) -> M:
        for name in names:
            personal(purpose, model._meta.get_field(name))  # type: ignore[type-var]
        return model

    return declare


def impersonal_model(model: M) -> M:
    """The model, no field of which says anything about anybody."""
    model.is_impersonal = True  # type: ignore[attr-defined]
    return model


def purpose_of(field: models.Field[Any, Any]) -> Purpose | None:
    """What a field is kept for; None for an impersonal one.

    Raises LookupError for a field that says neither.
    """
    if tracked := getattr(field.model, "pgh_tracked_model", None):
        return purpose_of(tracked._meta.get_field(field.name))
    if getattr(field.model, "is_impersonal", False):
        return None
    try:
        purpose: Purpose | None = field.purpose  # type: ignore[attr-defined]
    except AttributeError:
        raise LookupError(f"{field.model._meta.label}.{field.name}") from None
    return purpose


def own_models() -> Iterator[type[models.Model]]:
    """The models of this project's apps; without history tables, which keep as what they follow."""
    for app in apps.get_app_configs():
        if Path(app.path).parent == settings.BASE_DIR:
            for model in app.get_models():
                if not hasattr(model, "pgh_tracked_model"):
                    yield model


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that can say something: neither keys nor references to other rows."""
    return [f for f in model._meta.concrete_fields if not f.is_relation and not f.primary_key]


def undeclared(model: type[models.Model]) -> list[str]:
    """The columns of which nobody said what they are kept for.

    An encrypted one is personal whatever its model says.
    """
    if getattr(model, "is_impersonal", False):
        return list(protected_fields(model))
    return [f.name for f in columns_of(model) if not hasattr(f, "purpose")]


def kept() -> dict[Purpose, dict[type[models.Model], list[models.Field[Any, Any]]]]:
    """Every purpose with the fields that serve it, by model."""
    fields: dict[Purpose, dict[type[models.Model], list[models.Field[Any, Any]]]] = {}
    for model in own_models():
        for field in columns_of(model):
            if purpose := purpose_of(field):
                fields.setdefault(purpose, {}).setdefault(model, []).append(field)
    return fields
