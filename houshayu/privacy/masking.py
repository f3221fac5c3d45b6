"""How much of a number or a name a screen shows (domain reference 1.1, "Masking").

Nothing shows more than half of what it hides: short numbers show less than the rule allows.
"""

import re
import unicodedata

# Seven digits or more that stand together, however they are set apart: by blanks, brackets, any
# dash or dot, a stroke, or characters of no width that came along with a copied number.
NUMBER_IN_TEXT = re.compile(
    r"[+＋]?\d(?:[\s()（）.\-_＿/·・．•‐-―−－/／\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*\d){6,}"
)


def mask_document(number: str) -> str:
    """The first and the last two of an 18-character card, two and two of any other: L8*****C3."""
    return _keep(number, 1, 2) if len(number) == 18 else _keep(number, 2, 2)


def mask_but_last(number: str) -> str:
    """The last four characters, to be compared with the document itself: *****02C3."""
    return _keep(number, 0, min(4, len(number) // 2))


def mask_phone(number: str) -> str:
    """The first three and the last two characters: 139******78."""
    return _keep(number, 3, 2)


def mask_phones_in_text(text: str) -> str:
    """The text with each phone number in it masked: Wang, 139******78, after six."""
    return NUMBER_IN_TEXT.sub(lambda number: mask_phone(number[0]), text)


def show_nothing(text: str) -> str:
    """Only that there is something: of a file, or of a form that somebody has begun."""
    return "***" if text else ""


def mask_name(name: str) -> str:
    """The first character of a Chinese name (王**), the initials of any other (E*** A***)."""
    if name and "CJK" in unicodedata.name(name[0], ""):
        return name[0] + "*" * (len(name) - 1)
    return " ".join(f"{word[0]}***" for word in name.split())


def _keep(text: str, first: int, last: int) -> str:
    if first + last > len(text) // 2:
        first = last = len(text) // 4
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]
