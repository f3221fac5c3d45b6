from datetime import date

from django import template

from returnees.models import Observation

register = template.Library()


@register.filter
def day_on(observation: Observation, on: date) -> int:
    """Which day of the observation the date is."""
    return observation.day_number(on)
