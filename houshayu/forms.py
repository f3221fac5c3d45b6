"""Fields that the forms of every app may use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import BigIntegerField, Exists, Func, OuterRef, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from houshayu import attachments
from houshayu.attachments import AttachmentKind, FileRefused, ReadFile
from houshayu.dates import MomentBox
from houshayu.models import Membership, Message, Place, User, WorkOrder
from houshayu.roles import ROLE_PERMISSIONS

FURTHEST_DUE = timedelta(days=365)


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


def possible_owners(places: QuerySet[Place]) -> QuerySet[User]:
    """Who works at or above one of the places and may carry out orders, by name."""
    roles = [r for r, may in ROLE_PERMISSIONS.items() if "houshayu.finish_workorder" in may]
    one = Func("ancestors", function="unnest", output_field=BigIntegerField())
    above = places.annotate(above=one).values("above")
    there = Membership.objects.filter(user=OuterRef("pk"), role__in=roles, place__in=above)
    return User.objects.filter(Exists(there), is_active=True).order_by("name", "pk")


class DirectiveForm(forms.ModelForm):
    """What a place has to do by when; places: those the giver answers for."""

    class Meta:
        model = WorkOrder
        fields = ["place", "owner", "text", "due_at"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "due_at": MomentBox(),
        }
        help_texts = {
            "owner": _("If you choose nobody, everybody who works at the place is in charge.")
        }

    def __init__(self, *args: Any, places: QuerySet[Place], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.fields["owner"].queryset = possible_owners(places)  # type: ignore[attr-defined]
        self.now = now

    def clean_due_at(self) -> datetime:
        """Not a time by which nothing can be done, and no slip of the year."""
        due_at: datetime = self.cleaned_data["due_at"]
        if due_at <= self.now:
            raise forms.ValidationError(_("Please choose a time in the future."))
        if due_at > self.now + FURTHEST_DUE:
            raise forms.ValidationError(_("Please check the year."))
        return due_at


class SettleForm(forms.Form):
    """Whether a message that was perhaps sent leaves once more."""

    AGAIN, LEAVE = "again", "leave"

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[(AGAIN, _("Send again")), (LEAVE, _("Do not send"))]
    )

    def settle(self, mail: Message) -> None:
        """Do as the valid form says. Raises MailSettled."""
        if self.cleaned_data["decision"] == self.AGAIN:
            mail.send_again()
        else:
            mail.leave_as_sent()


class ResultForm(forms.Form):
    """What came of an order."""

    result = forms.CharField(
        label=_("Result"),
        max_length=200,
        error_messages={"required": _("Please say what the result is.")},
    )
