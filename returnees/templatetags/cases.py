from datetime import date
from typing import Any

from django import template
from django.db.models import Model
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse

from policy.days import day_number
from returnees.case_page import CaseAct
from returnees.models import Case, Observation

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


@register.simple_tag(takes_context=True)
def panel(context: Context, name: str, reads: dict[str, Any]) -> str:
    """The panel of this template, which reads nothing of the page but what it was given."""
    return get_template(name).render(reads, request=context["request"])


@register.simple_tag
def act_url(act: CaseAct, case: Case) -> str:
    """Where the act of this case is done."""
    return reverse(act.view, args=[case.number, *act.arguments])
