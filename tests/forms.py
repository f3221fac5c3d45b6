"""The registration form as a browser fills it, and what it says."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from houshayu.models import Place
from returnees.forms.registration import RegistrationForm
from tests.factories import NOW, real_place
from tests.returnees.typed import typed


def form_of(*, community: Place | None = None, **changes: Any) -> RegistrationForm:
    """The form of typed(), judged."""
    home = community or real_place("houshayu-village")
    data = QueryDict(mutable=True)
    for name, value in typed(dwelling__community=str(home.pk), **changes).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    form = RegistrationForm(data, now=NOW)
    form.is_valid()
    return form


def problems_of(field: str, **changes: Any) -> list[str]:
    """What the form says beside a field, named as in health.symptom_onset."""
    section, _point, name = field.partition(".")
    return [str(problem) for problem in getattr(form_of(**changes), section).errors.get(name, [])]


def kept(field: str, **changes: Any) -> Any:
    """What is kept of a field; the whole form must be sound."""
    section, _point, name = field.partition(".")
    form = form_of(**changes)
    assert not form.errors, [(str(f and f.html_name), problem) for f, problem in form.errors]
    return getattr(form, section).cleaned_data[name]
