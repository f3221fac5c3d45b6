"""What the kernel's lists can be narrowed to; the names stand in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from houshayu import jobs
from houshayu.models import Job, JobStatus, User


class JobFilter(filters.FilterSet):
    """Filters of the reader's own jobs; the kinds are those they may ask for."""

    kind = filters.ChoiceFilter(label=_("Kind"), empty_label=_("Every kind"))
    status = filters.ChoiceFilter(
        label=_("Status"), choices=JobStatus.choices, empty_label=_("Every status")
    )

    class Meta:
        model = Job
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [
            (kind.code, kind.label) for kind in jobs.kinds_for(user)
        ]
