"""Whether two names may be one person's, and whether they are the same name."""

from __future__ import annotations

import re

from returnees.names.folding import U_UMLAUT, collapse, fold, fold_hanzi, words
from returnees.names.reading import pinyin
from returnees.names.writing import HAN


def similar(a: str, b: str) -> bool:
    """Whether two names may be one person's, written in whatever script and order.

    True where the words of one all occur in the other (two at least), or where the whole names
    differ by no more than one slip of the pen in five letters. Only a hint: ask it about people
    with the same birth date.
    """
    first, second = _words_of(a), _words_of(b)
    if not first or not second:
        return fold(a).split() == fold(b).split() != []
    if min(len(set(first)), len(set(second))) > 1 and (
        set(first) <= set(second) or set(second) <= set(first)
    ):
        return True
    return any(_alike("".join(first), each) for each in _readings(second)) or any(
        _alike("".join(second), each) for each in _readings(first)
    )


def may_be_one(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two people, each named in hanzi and in latin letters, may be one by their names.

    Hanzi must be the same, simplified or traditional: of the same sound there are too many.
    Where one has no hanzi, the others' sound is compared with the latin letters.
    """
    (hanzi, latin), (other_hanzi, other_latin) = one, other
    if hanzi and other_hanzi and same_name(hanzi, other_hanzi):
        return True
    pairs = [(latin, other_latin)]
    pairs += [(hanzi, other_latin)] if not other_hanzi else []
    pairs += [(latin, other_hanzi)] if not hanzi else []
    return any(similar(a, b) for a, b in pairs if a and b)


def same_name(a: str, b: str) -> bool:
    """Whether two texts are one name, as different keyboards, papers and habits write it.

    Simplified and traditional characters are the same, with or without the dot between them; so
    are Müller and MUELLER, O’Neill and ONEILL, surname first and last. A slip of the pen is not.
    """
    one, other = _written(a), _written(b)
    if not one or not other:
        return False
    return sorted(one) == sorted(other) or "".join(one) in _readings(other)


def _written(name: str) -> list[str]:
    """The hanzi of a name as one word, and its latin words."""
    hanzi = "".join(re.findall(rf"[{HAN}]", fold_hanzi(name)))
    latin = re.sub(rf"[{HAN}]", " ", name).split()
    spelled = [collapse(_one_umlaut("".join(words(word)))) for word in latin]
    return [word for word in (hanzi, *spelled) if word]


def _words_of(name: str) -> list[str]:
    """The words of a name, a hanzi name as surname and given name in pinyin."""
    in_latin = re.sub(rf"[{HAN}][{HAN}·]*", lambda hanzi: _spelled(hanzi[0]), name)
    return [collapse(_one_umlaut(word)) for word in words(in_latin)]


def _one_umlaut(word: str) -> str:
    """Before 2012 a Chinese passport wrote LV, since then LYU."""
    return U_UMLAUT.sub("yu", word)


def _spelled(name_zh: str) -> str:
    surname, given = pinyin(name_zh)
    return f" {''.join(surname)} {''.join(given)} ".replace("v", "yu")


def _readings(words: list[str]) -> set[str]:
    """The words joined, starting from each in turn: surname first or last makes no difference."""
    return {"".join(words[i:] + words[:i]) for i in range(len(words))}


def _alike(a: str, b: str) -> bool:
    allowed = min(len(a), len(b)) // 5
    return abs(len(a) - len(b)) <= allowed and _slips(a, b) <= allowed


def _slips(a: str, b: str) -> int:
    """How many letters were added, dropped, changed, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a):
        above, row = row, [i + 1]
        for j, other in enumerate(b):
            cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (letter != other))
            if i and j and letter == b[j - 1] and a[i - 1] == other:
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before = above
    return row[-1]
