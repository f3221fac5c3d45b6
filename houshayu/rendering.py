"""How every form is shown: our form and field templates, on Bootstrap's controls.

A form with `bilingual = True` shows each label and choice in Chinese and in English.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import ChoiceWidget
from django.utils.safestring import SafeString

from houshayu.bilingual import both

TICKED = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def control_class(widget: forms.Widget) -> str:
    """Bootstrap's class for the control a widget draws; none for what is ticked or hidden."""
    if widget.is_hidden or isinstance(widget, TICKED):
        return ""
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def choices_twice(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """The choices, also those in groups, each label in both languages."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield value, list(choices_twice(label))
        else:
            yield value, str(both(label))


class BoundField(forms.BoundField):
    """A field whose control is dressed, and which can speak two languages."""

    @property
    def bilingual(self) -> bool:
        return getattr(self.form, "bilingual", False)

    @property
    def shown_label(self) -> SafeString | str:
        """The label as the form shows it: in the reader's language, or in both."""
        return both(self.label).html() if self.bilingual else str(self.label)

    def as_widget(
        self,
        widget: forms.Widget | None = None,
        attrs: dict[str, Any] | None = None,
        only_initial: bool = False,
    ) -> SafeString:
        widget = widget or self.field.widget
        if self.bilingual and isinstance(widget, ChoiceWidget):
            widget = copy.copy(widget)
            widget.choices = list(choices_twice(widget.choices))
        return super().as_widget(widget, attrs, only_initial)

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if dress := control_class(widget):
            own = attrs.get("class") or widget.attrs.get("class", "")
            attrs["class"] = f"{dress} {own}".strip()
        if str(widget.attrs.get("placeholder", "")) == str(self.label):
            attrs["placeholder"] = False  # said by the label already
        return attrs


class FormRenderer(TemplatesSetting):
    form_template_name = "_fields.html"
    field_template_name = "_field.html"
    bound_field_class = BoundField
