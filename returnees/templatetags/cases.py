from datetime import date, datetime
from typing import Any

from django import template
from django.db.models import Model
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse

from policy.days import day_number
from returnees.case_page import CaseAct
from returnees.models import Case, Observation
from returnees.placing import misplaced_since

register = template.Library()


@register.filter
def day_on(observation: Observation, on: date) -> int:
    """Which day of the observation the date is."""
    return observation.day_number(on)


@register.filter
def days_until(day_zero: date, on: date) -> int:
    """Which day the date is, of an observation of which only day 0 is at hand."""
    return day_number(day_zero, on)


@register.filter
def words(record: Model, name: str) -> str:
    """The values of a list field by their labels: fatigue, dry cough."""
    field: Any = record._meta.get_field(name)
    labels = dict(field.base_field.flatchoices)
    return ", ".join(str(labels.get(value, value)) for value in getattr(record, name))


@register.filter
def overdue_on(observation: Observation, on: date) -> int:
    """How many days ago the observation's last day was; 0 until then."""
    return observation.days_overdue(on)


@register.filter
def misplaced_at(case: Case, now: datetime) -> datetime | None:
    """Since when the person, of a case in a row, is where their observation may not be."""
    # A case without an open custody or observation does not have the name at all.
    observed, holding = getattr(case, "observed", None), getattr(case, "holding", None)
    return misplaced_since(case, observed, holding, now)


@register.filter
def late_in(case: Case, late_since: dict[str, datetime]) -> datetime | None:
    """Since when the case is late, where late ones are listed."""
    return late_since.get(case.number)


@register.simple_tag(takes_context=True)
def panel(context: Context, name: str, reads: dict[str, Any]) -> str:
    """The panel of this template, which reads nothing of the page but what it was given."""
    return get_template(name).render(reads, request=context["request"])


@register.simple_tag
def act_url(act: CaseAct, case: Case) -> str:
    """Where the act of this case is done."""
    return reverse(act.view, args=[case.number, *act.arguments])
