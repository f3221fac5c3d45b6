"""Stored numbers that a form shows masked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from houshayu.privacy.fields import masked, protected_fields
from houshayu.typed import half_width


class MaskedForm(forms.ModelForm):
    """Of a stored record, shows protected fields masked, and keeps those nobody types anew.

    A hyphen takes out one that is not needed. like: the stored record of somebody else, whose
    numbers a new one has too.
    """

    def __init__(self, *args: Any, like: Model | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record = like or self.instance
        self.stored: dict[str, str] = {}
        self.removable: set[str] = set()
        for name in self.fields.keys() & protected_fields(self._meta.model).keys():
            value = getattr(record, name) if record.pk else ""
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
            field.widget.attrs["placeholder"] = masked(record, name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in self.stored.items():
            typed = self.data.get(self.add_prefix(name), "")
            is_removed = name in self.removable and half_width(typed).strip() == "-"
            if name not in self.errors:
                data[name] = "" if is_removed else data.get(name) or value
        return data
