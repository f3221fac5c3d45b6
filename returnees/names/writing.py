"""How names are written: in hanzi, and as a passport prints them."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from houshayu.typed import visible

# The last block is Extension J, which begins where Extension H ends.
HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f"
NAME_ZH = re.compile(rf"[{HAN}]+(·[{HAN}]+)*")
# A Dutch surname may begin with an apostrophe: 'T HART.
NAME_LATIN = re.compile(r"'?[A-Z][A-Z '\-]*")
MIDDLE_DOTS = re.compile("[.．•‧・･∙⋅ᐧꞏ]")
APOSTROPHES = re.compile("[’‘‛ʼʻʾʿ′＇`´]")
DASHES = re.compile("[‐‑‒–—―−－]")
# Whoever signs or is named beside another: a surname of 60 letters, given names of 80, a blank.
FULL_NAME_LENGTH = 141


def clean_name_zh(text: str) -> str:
    """The name in its normal form: Han characters, with · between the parts of a longer name.

    Raises ValidationError for any other character. An empty name stays empty.
    """
    dotted = unicodedata.normalize("NFKC", MIDDLE_DOTS.sub("·", visible(text)))
    name = re.sub(r"\s", "", dotted)
    if name and not NAME_ZH.fullmatch(name):
        raise ValidationError(
            _("A Chinese name can contain only Chinese characters, with · between its parts."),
            code="name_zh",
        )
    return name


def clean_name_latin(text: str) -> str:
    """The name as a passport prints it: capital letters A to Z, blanks, hyphens, apostrophes.

    Raises ValidationError for any other character. An empty name stays empty.
    """
    straight = DASHES.sub("-", APOSTROPHES.sub("'", visible(text)))
    name = " ".join(unicodedata.normalize("NFKC", straight).upper().split())
    if name and not NAME_LATIN.fullmatch(name):
        raise ValidationError(
            _(
                "Please write the name with the letters A to Z, as in the passport's "
                "machine-readable lines: MUELLER, not MÜLLER."
            ),
            code="name_latin",
        )
    return name
