"""{% may_at place … as may %}: what the reader may do here, so that every button works."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from houshayu import access

register = template.Library()


@register.simple_tag(takes_context=True)
def may_at(context: Context, *places: Any) -> dict[str, bool]:
    """What the reader may do at one or another of the places; nothing where there is no place."""
    return access.may_at(context["request"].user, *places)
