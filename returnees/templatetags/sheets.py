"""What the templates of the printed sheets say beside texts and dates."""

from django import template

from returnees.sheets.words import name_of, person_in_words

register = template.Library()


@register.filter
def code_point(character: str) -> str:
    """U+2B740, by which a character is found that has no letter here."""
    return f"U+{ord(character):04X}"


register.filter("named", name_of)
register.filter("person_in_words", person_in_words)
