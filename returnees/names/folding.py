"""Names without what differs on paper only: case, marks, and how a character is drawn."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

from houshayu.typed import visible

# Latin letters that Unicode does not take apart into a letter and a mark.
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
# How passports spell these letters (ICAO Doc 9303 part 3, section 6).
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Chinese passports wrote ü as V until 2012 and write it as YU since; by hand it becomes a U.
U_UMLAUT = re.compile("(?<=[ln])(v|yu)(?![aiou])")
_SIMPLIFIED = OpenCC("t2s")


def fold(text: str) -> str:
    """Lower case without diacritics: Müller and MULLER are the same."""
    plain = unicodedata.normalize("NFKD", visible(text)).casefold().translate(LETTERS)
    letters = unicodedata.normalize("NFKD", plain)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def fold_hanzi(text: str) -> str:
    """The characters as the mainland writes them: 張三 and 张三 are the same.

    Each by itself, whatever it stands beside, so that a part of a name is found in the whole.
    """
    return "".join(map(_simplified, unicodedata.normalize("NFKC", visible(text))))


@cache
def _simplified(character: str) -> str:
    return str(_SIMPLIFIED.convert(character))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def spellings(word: str) -> list[str]:
    """How somebody may write a word of a latin name: Müller as muller and as mueller."""
    expanded = unicodedata.normalize("NFC", word.casefold()).translate(UMLAUTS)
    return list(dict.fromkeys("".join(words(each)) for each in (word, expanded)))


def collapse(word: str) -> str:
    """A folded word, spelled as whoever drops the marks does.

    OESTERGAARD, Østergaard and Östergård are ostergard.
    """
    return re.sub("([aou])e", r"\1", word).replace("aa", "a")


def u_umlauts(word: str) -> list[str]:
    """A folded word of a Chinese name by each way to spell its ü: lyu, lv and lu."""
    if not U_UMLAUT.search(word):
        return [word]
    return [U_UMLAUT.sub(spelling, word) for spelling in ("yu", "v", "u")]
