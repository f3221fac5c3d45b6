"""What the templates of the printed sheets say beside texts and dates."""

from django import template

from returnees.sheets.words import name_of, person_in_words

register = template.Library()
register.filter("named", name_of)
register.filter("person_in_words", person_in_words)
