"""How hanzi names are read: surname, given name, and their pinyin."""

from __future__ import annotations

from pypinyin import lazy_pinyin

from returnees.names.folding import fold_hanzi
from returnees.names.readings import (
    COMPOUND_READINGS,
    COMPOUND_SURNAMES,
    GIVEN_READINGS,
    LONGEST_SURNAME,
    SURNAME_READINGS,
)
from returnees.names.writing import NAME_LATIN


def split_zh(name_zh: str) -> tuple[str, str]:
    """Surname and given name; more characters than one of surname where they are a known one."""
    folded = fold_hanzi(name_zh)
    lengths = range(min(LONGEST_SURNAME, len(name_zh) - 1), 1, -1)
    length = next((each for each in lengths if folded[:each] in COMPOUND_SURNAMES), 1)
    return name_zh[:length], name_zh[length:]


def suggest_latin(name_zh: str) -> tuple[str, str]:
    """Surname and given names as a Chinese passport writes them: OUYANG, XIUYING; LYU for 吕.

    Empty for a name with · in it, which is not spelled in pinyin, and for characters whose
    reading is not known.
    """
    surname, given = pinyin(name_zh)
    spelled = tuple(
        "".join(part).replace("v", "yu").upper() if part else "" for part in (surname, given)
    )
    if "·" in name_zh or not all(part == "" or NAME_LATIN.fullmatch(part) for part in spelled):
        return "", ""
    return spelled[0], spelled[1]


def pinyin(name_zh: str) -> tuple[list[str], list[str]]:
    """The syllables of surname and given name, without tones, ü as v.

    Simplified and traditional characters are read alike.
    """
    surname, given = split_zh(fold_hanzi(name_zh).replace("·", ""))
    if surname in SURNAME_READINGS:
        return [SURNAME_READINGS[surname]], _given(given)
    return COMPOUND_READINGS.get(surname) or _read(surname), _given(given)


def _given(hanzi: str) -> list[str]:
    syllables = _read(hanzi)
    if len(syllables) != len(hanzi):  # a character without a reading stands with its neighbours
        return syllables
    return [GIVEN_READINGS.get(*pair) for pair in zip(hanzi, syllables, strict=True)]


def _read(hanzi: str) -> list[str]:
    """A syllable for each character, by the words it stands in; no tones, ü as v.

    Characters without a known reading stand for themselves.
    """
    return lazy_pinyin(hanzi)
