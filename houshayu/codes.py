"""Codes that people read from paper and type: Crockford's base 32, which forgives how they do."""

import re
import unicodedata

# 0 to 9 and A to Z without I, L, O and U.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAKEN_FOR = str.maketrans("OIL", "011")


def as_meant(typed: str) -> str:
    """The letters and digits of a typed code, as they were printed.

    Blanks and dashes of any kind are left out, full-width and small letters are taken for the
    plain capital ones, O for 0, I and L for 1.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    return re.sub(r"[\W_]", "", plain).translate(_TAKEN_FOR)
