"""Latin letters without what distinguishes them only on paper: case and marks."""

from __future__ import annotations

import re
import unicodedata

# Latin letters that Unicode does not take apart into a letter and a mark.
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
# How passports spell these letters (ICAO Doc 9303 part 3, section 6).
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def fold(text: str) -> str:
    """Lower case without diacritics: Müller and MULLER are the same."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LETTERS)
    letters = unicodedata.normalize("NFKD", plain)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def spellings(word: str) -> list[str]:
    """How somebody may write a word of a latin name: Müller as muller and as mueller."""
    expanded = unicodedata.normalize("NFC", word.casefold()).translate(UMLAUTS)
    return list(dict.fromkeys("".join(words(each)) for each in (word, expanded)))
