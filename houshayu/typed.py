"""What people type, paste and scan, as it was meant.

A copied number brings marks of direction along, a Chinese keyboard types full-width digits, a
chat hides blanks of no width in a name: none of it can be seen, and none of it is meant.
"""

from __future__ import annotations

import re
import unicodedata

# They choose between two drawings of one character (U+FE00 to FE0F, U+E0100 to E01EF).
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """The text without characters of no width: marks of direction, joiners, byte order marks."""
    seen = (each for each in text if unicodedata.category(each) != "Cf")
    return VARIATION_SELECTORS.sub("", "".join(seen))


def half_width(text: str) -> str:
    """Half-width characters, with the digits 0 to 9 whatever script they were typed in."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in unicodedata.normalize("NFKC", text)
    )


def normalise(text: str) -> str:
    """Half-width capitals without blanks, dashes and invisible characters: how numbers are kept."""
    seen = (
        character
        for character in unicodedata.normalize("NFKC", visible(text)).upper()
        if not character.isspace()
        and character != "\N{MINUS SIGN}"
        and unicodedata.category(character) != "Pd"
    )
    return visible(unicodedata.normalize("NFKC", "".join(seen)))


def decimal(text: str) -> str:
    """A number with a point, and no zeros that say nothing: ３６。５０ and 36,5 are 36.5."""
    number = re.sub(r"\s", "", re.sub("[。．，,·]", ".", half_width(visible(text))))
    return re.sub(r"(\.\d*?)0+$", r"\1", number).removesuffix(".") or number
