"""{% cell column row as shown %}: what a list shows of a row in one of its columns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from houshayu.columns import Column

register = template.Library()


@register.simple_tag(takes_context=True)
def cell(context: Context, column: Column, row: Any) -> SafeString | str:
    """Empty where the row has nothing there, so that a card on a telephone leaves it out."""
    if column.template:
        shown = get_template(column.template).template.render(context)  # type: ignore[attr-defined]
        return mark_safe(shown.strip())
    value = column.value(row, context["now"])
    if isinstance(value, datetime):
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "MONTH_DAY_FORMAT")
    return "" if value is None else str(value)
