"""Days and moments on pages: boxes that take what people type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django import forms
from django.urls import get_resolver
from django.utils import timezone
from django_filters import DateFilter, DateTimeFilter

from houshayu.calendar import BEIJING
from houshayu.dates import DayBox, MomentBox
from houshayu.listing import Filters

OURS = {"houshayu", "returnees", "transfers", "coordination"}


class ArrivalForm(forms.Form):
    on = forms.DateField(widget=DayBox())
    at = forms.DateTimeField(widget=MomentBox())


def subclasses(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def fields_of_ours() -> Iterator[tuple[str, forms.Field]]:
    """Every field of a form or a filter that a page of ours may show."""
    get_resolver().url_patterns  # noqa: B018  (it imports every view, and with them every form)
    for form in subclasses(forms.BaseForm):
        if form.__module__.split(".")[0] in OURS:
            yield from ((f"{form.__name__}.{n}", f) for n, f in form.base_fields.items())  # type: ignore[attr-defined]
    for filters in subclasses(Filters):
        for name, each in filters.base_filters.items():  # type: ignore[attr-defined]
            if isinstance(each, DateFilter | DateTimeFilter):
                yield f"{filters.__name__}.{name}", each.field


def test_every_box_for_a_day_or_a_moment_takes_what_people_type() -> None:
    boxes = {forms.DateField: DayBox, forms.DateTimeField: MomentBox}

    bare = [
        name
        for name, field in fields_of_ours()
        if (box := boxes.get(type(field))) and not isinstance(field.widget, box)
    ]

    assert bare == []


@pytest.mark.parametrize("typed", ["20200321", "2020/3/21", "2020年3月21日", "21 Mar 2020"])
def test_what_was_typed_is_the_day(typed: str) -> None:
    form = ArrivalForm({"on": typed, "at": f"{typed} 14:30"})

    assert form.is_valid()
    assert form.cleaned_data["on"] == date(2020, 3, 21)
    with timezone.override(BEIJING):
        assert form.cleaned_data["at"] == datetime(2020, 3, 21, 14, 30, tzinfo=BEIJING)


def test_what_is_no_day_comes_back_as_it_was_typed() -> None:
    form = ArrivalForm({"on": "3/4/2020", "at": "tomorrow"})

    assert set(form.errors) == {"on", "at"}
    assert 'value="3/4/2020"' in str(form["on"]) and 'value="tomorrow"' in str(form["at"])


def test_a_stored_day_is_shown_as_it_may_be_typed() -> None:
    form = ArrivalForm(initial={"on": date(1988, 2, 14), "at": datetime(2020, 3, 21, 14, 30)})

    assert 'value="1988-02-14"' in str(form["on"])
    assert 'value="2020-03-21 14:30"' in str(form["at"])
