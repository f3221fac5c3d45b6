"""A form of a page that takes JSON: its fields, rules and texts serve the API as they are.

An API's input has no list of fields of its own. FormInput describes a form in the schema and sees
that a request has its shape; from_json() binds the request to the form, which judges it. Where
JSON differs from what a page posts stands in as_json() and reading_json(), and nowhere else.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

from houshayu.api_fields import as_json, name_in_json

AnyForm = TypeVar("AnyForm", bound=BaseForm)
OF_THE_WHOLE = "non_field_errors"


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
            field.to_field_name = name_in_json(field).name
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
            problem = self.error_messages["invalid"].format(datatype=type(data).__name__)
            raise serializers.ValidationError({OF_THE_WHOLE: [problem]})
        problems: dict[str, Any] = {
            # The answer is written in UTF-8, which can't hold half a character of a key.
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
