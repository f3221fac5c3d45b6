"""What the templates of the printed sheets say beside texts and dates."""

from django import template

from returnees.sheets.words import name_of

register = template.Library()
register.filter("named", name_of)
