"""Fields that the forms of every app may use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from houshayu import attachments
from houshayu.attachments import AttachmentKind, FileRefused, ReadFile


class AttachmentField(forms.FileField):
    """A file of a kind; cleaned to a ReadFile, or refused with the sentence that says why."""

    default_error_messages = {
        "empty": _("This file is empty."),
        "required": _("Please choose a file."),
    }

    def __init__(self, kind: AttachmentKind, **options: Any) -> None:
        self.kind = kind
        options.setdefault("label", kind.label)
        options.setdefault("help_text", format_lazy("{} {}", attachments.takes(kind), kind.keeping))
        options.setdefault("widget", forms.FileInput(attrs={"accept": ",".join(kind.media_types)}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> ReadFile | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            # A file that is too large is not read: its first bytes too many are enough.
            return attachments.read(file.read(self.kind.most_bytes + 1), self.kind)
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
