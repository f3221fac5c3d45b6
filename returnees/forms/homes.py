"""The village or community somebody lives in, as a form asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from houshayu.bilingual import both
from houshayu.models import Place


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
        return obj  # the form shows it in both languages
