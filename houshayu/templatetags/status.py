"""{% status handoff.standing %}: a word, with the sign and colour of its mood."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from houshayu.moods import Mood

register = template.Library()


@register.simple_tag
def status(standing: Any, label: Any = None) -> SafeString:
    """The member of an enum as its mood, icon and label say, or by another label.

    What no enum says is named by its mood: {% status "bad" _("Overdue") %}. Raises ValueError for
    one that is none.
    """
    mood = Mood(standing.mood if hasattr(standing, "mood") else standing)
    icon = getattr(standing, "icon", "")
    return format_html(
        '<span class="status status-{}{}">{}</span>',
        mood,
        f" status-icon-{icon}" if icon else "",
        standing.label if label is None else label,
    )
