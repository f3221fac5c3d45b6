"""A form of a page that takes JSON: its fields, rules and texts serve the API as they are.

An API's input has no list of fields of its own. FormInput describes a form in the schema and sees
that a request has its shape; from_json() binds the request to the form, which judges it. Where
JSON differs from what a page posts stands in as_json() and reading_json(), and nowhere else.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cache, singledispatch
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms import BaseForm
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

AnyForm = TypeVar("AnyForm", bound=BaseForm)
OF_THE_WHOLE = "non_field_errors"


# --- What a field of a form is in JSON --------------------------------------------------------


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


def told(field: forms.Field, *, null: bool = False, **more: Any) -> dict[str, Any]:
    """What the description says of every field. null: an answer left open is null in JSON."""
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
    return Text(**told(field, allow_blank=not field.required))


@as_json.register
def _yes_or_no(field: forms.BooleanField) -> serializers.Field:
    return serializers.BooleanField(**told(field))


@as_json.register
def _day(field: forms.DateField) -> serializers.Field:
    return serializers.DateField(**told(field, null=True))


@as_json.register
def _moment(field: forms.DateTimeField) -> serializers.Field:
    return serializers.DateTimeField(**told(field, null=True))


@as_json.register
def _whole(field: forms.IntegerField) -> serializers.Field:
    return Whole(**told(field, null=True))


@as_json.register
def _decimal(field: forms.DecimalField) -> serializers.Field:
    digits = {"max_digits": field.max_digits, "decimal_places": field.decimal_places}
    return Decimal(**told(field, null=True, **digits))


def _choices_of(field: forms.ChoiceField) -> list[Any]:
    choices: Any = field.choices
    return list(choices)


@as_json.register
def _choice(field: forms.ChoiceField) -> serializers.Field:
    choices = [(key, text) for key, text in _choices_of(field) if key not in ("", None)]
    return Choice(**told(field, choices=choices, allow_blank=not field.required))


@as_json.register
def _several(field: forms.MultipleChoiceField) -> serializers.Field:
    return Several(**told(field, child=Choice(choices=_choices_of(field))))


@as_json.register
def _record(field: forms.ModelChoiceField) -> serializers.Field:
    """A record is named by its code; the page's list has the keys of rows."""
    assert field.queryset is not None, "as the field was declared"
    code = field.queryset.model._meta.get_field("code")
    return Text(**told(field, null=True, validators=list(code.validators)))


# --- A form that reads JSON -------------------------------------------------------------------


class JsonInput(forms.Widget):
    """Reads the answer to a field out of an object of JSON, where a page's widget reads a post.

    An answer left out is what the page shows before somebody answers: the model's default.
    """

    def __init__(self, field: forms.Field) -> None:
        super().__init__()
        self.reads, self.left_out = as_json(field), field.initial

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> Any:
        if name not in data:
            return self.left_out() if callable(self.left_out) else self.left_out
        value = data[name]
        if self.reads.allow_null and (value is None or value == ""):
            return None
        try:
            if value is None:
                self.reads.fail("null")
            return self.reads.to_internal_value(value)
        except serializers.ValidationError as wrong:
            raise ValidationError([str(problem) for problem in wrong.detail]) from None


def reading_json(form: AnyForm) -> AnyForm:
    """The same form, just made with a checked object of JSON as its data, reads it."""
    form.prefix = None
    for name in getattr(form, "PAGE_ONLY", ()):
        del form.fields[name]
    for field in form.fields.values():
        field.widget = JsonInput(field)
        if isinstance(field, forms.ModelChoiceField):
            field.to_field_name = "code"
    return form


def errors_of(form: BaseForm) -> dict[str, list[str]]:
    """What is wrong, by field; what is wrong with the whole, by the name DRF has for it."""
    return {
        OF_THE_WHOLE if name == "__all__" else name: [str(problem) for problem in problems]
        for name, problems in form.errors.items()
    }


def errors_of_parts(parts: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong by section and field, and in a list of rows by row."""
    problems = {
        name: [errors_of(row) for row in part] if isinstance(part, list) else errors_of(part)
        for name, part in parts.items()
    }
    return {name: found for name, found in problems.items() if any(found)}


def refuse(problems: Mapping[str, Any]) -> None:
    """Raises the ValidationError that is answered with 400, if there are any problems."""
    if problems:
        raise serializers.ValidationError(dict(problems))


def from_json(form_class: type[AnyForm], data: Any, **kwargs: Any) -> AnyForm:
    """The valid form of a request's data; kwargs are what else the form is made with.

    Raises the ValidationError that is answered with 400, by field.
    """
    form = reading_json(form_class(checked(FormInput.of(form_class), data), **kwargs))
    refuse(errors_of(form))
    return form


# --- What a form is in the schema -------------------------------------------------------------


class FormInput(serializers.Serializer):
    """A form as the schema describes it; valid is what has its shape, before the form judges it.

    Sections and rows are inputs too, declared as fields. A form may name what only its page asks
    as PAGE_ONLY.
    """

    form_class: ClassVar[type[BaseForm]]

    @classmethod
    def of(cls, form_class: type[BaseForm]) -> type[FormInput]:
        """The input that has exactly the fields of the form: CloseInput of CloseForm."""
        return _input_of(cast(Hashable, form_class))

    def get_fields(self) -> dict[str, serializers.Field]:
        form = self.form_class
        hidden = getattr(form, "PAGE_ONLY", ())
        fields = {name: as_json(f) for name, f in form.base_fields.items() if name not in hidden}  # type: ignore[attr-defined]
        if issubclass(form, forms.BaseModelForm):
            of_model = {f.name: f for f in form._meta.model._meta.fields}
            for name in fields.keys() & of_model.keys() & set(form._meta.fields or ()):
                fields[name].validators += of_model[name].validators
        return fields | super().get_fields()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            told = self.error_messages["invalid"].format(datatype=type(data).__name__)
            raise serializers.ValidationError({OF_THE_WHOLE: [told]})
        problems: dict[str, Any] = {
            # The answer is written in UTF-8, which half a character of a key does not fit in.
            key.encode(errors="replace").decode(): [gettext("There is no such field.")]
            for key in data
            if key not in self.fields
        }
        parts = {}
        for name, part in _parts(self.fields.items()):
            if name in data or part.required:
                try:
                    parts[name] = part.run_validation(data.get(name, serializers.empty))
                except serializers.ValidationError as wrong:
                    problems[name] = wrong.detail
        refuse(problems)
        return {**data, **parts}


@cache
def _input_of(form_class: Any) -> type[FormInput]:
    name = form_class.__name__.removesuffix("Form") + "Input"
    return type(name, (FormInput,), {"form_class": form_class, "__doc__": form_class.__doc__})


def _parts(fields: Iterable[tuple[str, Any]]) -> list[tuple[str, serializers.BaseSerializer]]:
    return [(name, each) for name, each in fields if isinstance(each, serializers.BaseSerializer)]


def checked(shape: type[FormInput], data: Any) -> dict[str, Any]:
    """The object of JSON, which has the shape; raises the ValidationError answered with 400."""
    asked = shape(data=data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


class FormInputExtension(OpenApiSerializerExtension):
    """The schema of a form says that it has no further fields."""

    target_class = "houshayu.api_forms.FormInput"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}
