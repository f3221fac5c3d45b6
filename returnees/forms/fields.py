"""What the registration form asks in more than one place, and asks everywhere alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.api_forms import as_json, told
from houshayu.bilingual import both
from houshayu.models import Place
from houshayu.privacy.fields import masked, protected_fields
from returnees.countries import ALPHA2, country_choices, country_name
from returnees.names import fold

PHONE_CN = re.compile(r"1[3-9]\d{9}")
PHONE_INTL = re.compile(r"\+[1-9]\d{6,14}")
LANDLINE_CN = re.compile(r"0\d{9,11}")


def label(model: Any, name: str) -> Any:
    """What the model calls the field; the form calls it the same."""
    return model._meta.get_field(name).verbose_name


def half_width(text: str) -> str:
    """Half-width characters, with the digits 0 to 9 whatever script they were typed in."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in unicodedata.normalize("NFKC", text)
    )


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def country_told(alpha3: str) -> str:
    """The country or region as the list offers it: 德国 Germany (DEU)."""
    return f"{country_name(alpha3, 'zh-hans')} {country_name(alpha3, 'en')} ({alpha3})"


@cache
def countries_told() -> tuple[str, ...]:
    """Every country and region, the frequent ones first, the rest in order of pinyin."""
    return tuple(country_told(alpha3) for alpha3, _name in country_choices("zh-hans"))


@cache
def _codes() -> dict[str, str]:
    """The code by each way a country or region may be typed."""
    return {
        fold(text): alpha3
        for alpha3 in ALPHA2
        for text in (
            alpha3,
            country_name(alpha3, "zh-hans"),
            country_name(alpha3, "en"),
            country_told(alpha3),
        )
    }


class CountryField(forms.CharField):
    """A country or region, typed as a code or a name in Chinese or English; kept as its code.

    The page offers countries_told() in a <datalist id="countries">, so that two letters or one
    hanzi are enough to find one of 249.
    """

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "countries", "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return country_told(value) if value in ALPHA2 else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        if code := _codes().get(fold(text)):
            return code
        raise ValidationError(
            _("Please choose from the list: no country or region is written like this.")
        )


class PhoneField(forms.CharField):
    """A phone number without blanks and hyphens, of one of the kinds that are asked for."""

    def __init__(self, *kinds: re.Pattern[str], problem: Any, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "tel"}), **kwargs)
        self.kinds, self.problem = kinds, problem

    def to_python(self, value: Any) -> str:
        number = re.sub(r"[\s()-]", "", half_width(super().to_python(value) or ""))
        if number and not any(kind.fullmatch(number) for kind in self.kinds):
            raise ValidationError(self.problem)
        return number


class YesNoField(forms.TypedChoiceField):
    """A question that must be answered with yes or no: a box not ticked is no answer."""

    def __init__(self, *, label: Any, required: bool = True, help_text: Any = "") -> None:
        super().__init__(
            choices=[("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda answer: answer == "yes",
            empty_value=None,
            label=label,
            required=required,
            help_text=help_text,
            widget=forms.RadioSelect,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value)

    def to_python(self, value: Any) -> str:
        """The page says yes or no, JSON true or false."""
        return super().to_python(self.prepare_value(value))


@as_json.register
def _yes_or_no(field: YesNoField) -> serializers.Field:
    return serializers.BooleanField(**told(field, null=True))


class SeveralField(forms.TypedMultipleChoiceField):
    """Any number of choices, kept in an array."""

    wide = True  # over the whole row of the page

    def __init__(self, *, choices: Any, label: Any) -> None:
        super().__init__(
            choices=choices.choices,
            label=label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            empty_value=[],
        )


class StatementField(forms.BooleanField):
    """A statement that must be agreed to."""

    wide = True


class HomesBySubdistrict(ModelChoiceIterator):
    """Villages and communities, grouped by who administers them."""

    def __iter__(self) -> Iterator[Any]:
        yield "", "—"
        for parent, homes in groupby(self.queryset, key=lambda home: home.parent):
            yield str(both(parent)), [self.choice(home) for home in homes]


class HomeField(forms.ModelChoiceField):
    """The village or community somebody lives in, those of neighbouring sub-districts too."""

    iterator = HomesBySubdistrict

    def __init__(self, **kwargs: Any) -> None:
        homes = Place.objects.homes().select_related("parent").order_by("parent_id", "code")
        super().__init__(queryset=homes, **kwargs)

    def label_from_instance(self, obj: Any) -> Any:
        return obj  # the form tells it in both languages


class MaskedForm(forms.ModelForm):
    """Of a stored record, shows protected fields masked, and keeps those nobody types anew.

    A hyphen takes out one that is not needed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored: dict[str, str] = {}
        self.removable: set[str] = set()
        for name in self.fields.keys() & protected_fields(self._meta.model).keys():
            value = getattr(self.instance, name) if self.instance.pk else ""
            if not value:
                continue
            self.stored[name] = value
            self.initial[name] = ""
            field = self.fields[name]
            field.help_text = _("Leave it empty to keep what is stored.")
            if not field.required:
                self.removable.add(name)
                field.help_text = _("Leave it empty to keep what is stored; a hyphen removes it.")
            field.required = False
            field.widget.attrs["placeholder"] = masked(self.instance, name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in self.stored.items():
            typed = self.data.get(self.add_prefix(name), "")
            is_removed = name in self.removable and half_width(typed).strip() == "-"
            if name not in self.errors:
                data[name] = "" if is_removed else data.get(name) or value
        return data
