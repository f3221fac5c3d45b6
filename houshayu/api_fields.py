"""What a field of a form is in JSON, as the schema describes it and a request says it."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator


class AsItStands(serializers.Field):
    """Takes a text or a number and leaves it to the form to say what is wrong with it."""

    def to_internal_value(self, data: Any) -> str | int | float:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            raise serializers.ValidationError(gettext("Please give a text or a number."))
        if isinstance(data, str):
            ProhibitSurrogateCharactersValidator()(data)
            ProhibitNullCharactersValidator()(data)
        return data


class Text(AsItStands, serializers.CharField):
    pass


class Choice(AsItStands, serializers.ChoiceField):
    pass


class Whole(AsItStands, serializers.IntegerField):
    pass


class Decimal(AsItStands, serializers.DecimalField):
    pass


class Several(serializers.ListField):
    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError(gettext("Please give a list."))
        return list(dict.fromkeys(self.child.to_internal_value(each) for each in data))


@singledispatch
def as_json(field: forms.Field) -> serializers.Field:
    """The field as the schema describes it; its to_internal_value() takes what JSON has.

    An app registers here a field of its own that is something else than the field it is made of.
    Raises TypeError for a field that JSON has nothing for.
    """
    raise TypeError(f"JSON has nothing for {type(field).__name__}")


def describing(field: forms.Field, *, null: bool = False, **more: Any) -> dict[str, Any]:
    """The arguments that describe any field. null: an answer left open is null in JSON."""
    initial = field.initial() if callable(field.initial) else field.initial
    given = {"required": field.required} if initial is None else {"default": initial}
    nullable = {"allow_null": True} if null and not field.required else {}
    return {
        "label": field.label,
        "help_text": field.help_text or None,
        "validators": list(field.validators),
        **given,
        **nullable,
        **more,
    }


@as_json.register
def _text(field: forms.CharField) -> serializers.Field:
    return Text(**describing(field, allow_blank=not field.required))


@as_json.register
def _yes_or_no(field: forms.BooleanField) -> serializers.Field:
    return serializers.BooleanField(**describing(field))


@as_json.register
def _day(field: forms.DateField) -> serializers.Field:
    return serializers.DateField(**describing(field, null=True))


@as_json.register
def _moment(field: forms.DateTimeField) -> serializers.Field:
    return serializers.DateTimeField(**describing(field, null=True))


@as_json.register
def _whole(field: forms.IntegerField) -> serializers.Field:
    return Whole(**describing(field, null=True))


@as_json.register
def _decimal(field: forms.DecimalField) -> serializers.Field:
    digits = {"max_digits": field.max_digits, "decimal_places": field.decimal_places}
    return Decimal(**describing(field, null=True, **digits))


def _choices_of(field: forms.ChoiceField) -> list[Any]:
    choices: Any = field.choices
    return list(choices)


@as_json.register
def _choice(field: forms.ChoiceField) -> serializers.Field:
    choices = [(key, text) for key, text in _choices_of(field) if key not in ("", None)]
    return Choice(**describing(field, choices=choices, allow_blank=not field.required))


@as_json.register
def _several(field: forms.MultipleChoiceField) -> serializers.Field:
    return Several(**describing(field, child=Choice(choices=_choices_of(field))))


@as_json.register
def _record(field: forms.ModelChoiceField) -> serializers.Field:
    """A record is named as people name it; the page's list has the keys of rows."""
    name = name_in_json(field)
    return Text(**describing(field, null=True, validators=list(name.validators)))


def name_in_json(field: forms.ModelChoiceField) -> Any:
    """The column by which JSON names a record: its code, or a user's log-in name."""
    assert field.queryset is not None, "as the field was declared"
    model = field.queryset.model
    return model._meta.get_field(getattr(model, "USERNAME_FIELD", "code"))
