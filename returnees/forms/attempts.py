from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from houshayu.models import User
from returnees.forms.fields import moment_input
from returnees.models import Attempt, Reached

# So soon somebody goes again, unless it is said otherwise.
AGAIN_AFTER = timedelta(hours=2)


class AttemptForm(forms.ModelForm):
    """How the person was sought, what came of it, and who goes next by when."""

    class Meta:
        model = Attempt
        fields = ["way", "result", "note", "next_at", "next_by"]
        widgets = {"next_at": moment_input()}
        help_texts = {
            "next_at": _("Needed where the person was not reached; after a day they are missing."),
            "next_by": _("If you choose nobody, everybody who works at the place is in charge."),
        }

    def __init__(
        self, *args: Any, colleagues: QuerySet[User], now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].initial = Reached.NO_ANSWER
        self.fields["next_at"].initial = localtime(now + AGAIN_AFTER)
        self.fields["next_by"].queryset = colleagues  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The row is made by the act, with who and when, and not by the form."""
