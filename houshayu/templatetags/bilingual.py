"""Text in Chinese and in the language that the template's `second` names, English without.

{% both _("Name in Chinese") %}, {% both place %}, {% both case.opened_at %}
{% twice %}{% blocktranslate with day=… %}Until {{ day }}{% endblocktranslate %}{% endtwice %}
{{ case.person.gender|both:"ko" }}, {{ person.name_latin|breakable }}
"""

from __future__ import annotations

from typing import Any

from django import template
from django.db import models
from django.utils.safestring import SafeString, mark_safe

from houshayu import bilingual, speaking

register = template.Library()
register.filter("both", bilingual.both)
register.filter("breakable", bilingual.breakable)


def _second(context: template.Context) -> str:
    return context.get("second") or speaking.ENGLISH


@register.simple_tag(takes_context=True)
def both(context: template.Context, value: Any, second: str = "") -> SafeString:
    """A message, date, place or any other value in both languages."""
    return bilingual.both(value, second or _second(context)).html()


@register.simple_tag(takes_context=True)
def both_choice(context: template.Context, record: models.Model, field: str) -> SafeString:
    """The label of the choice that stands in a record's field, in both languages."""
    return bilingual.both(getattr(record, f"get_{field}_display"), _second(context)).html()


class Twice(template.Node):
    def __init__(self, nodelist: template.NodeList, element: str) -> None:
        self.nodelist = nodelist
        self.element = element

    def render(self, context: template.Context) -> SafeString:
        # What the nodes render is markup already; strip() forgets that it is.
        def content() -> SafeString:
            return mark_safe(self.nodelist.render(context).strip())

        return bilingual.both(content, _second(context)).html(self.element)


@register.tag
def twice(parser: template.base.Parser, token: template.base.Token) -> Twice:
    """{% twice %}…{% endtwice %}: its content, rendered once in each of the two languages.

    In two spans, or in two elements of the kind that is named: {% twice "td" %}.
    """
    _name, *element = token.split_contents()
    nodelist = parser.parse(("endtwice",))
    parser.delete_first_token()
    return Twice(nodelist, element[0].strip("\"'") if element else "span")
