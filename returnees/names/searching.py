"""What people are sorted and found by: hanzi, pinyin, initials and latin letters."""

from __future__ import annotations

import re
import unicodedata

from returnees.names.folding import spellings, words
from returnees.names.reading import pinyin
from returnees.names.writing import HAN

SORT_KEY_LENGTH = 200  # characters; the width of the stored column
LONGEST_QUERY = 100  # characters; Postgres refuses words beyond 2 kB


def sort_key(name_zh: str, surname_latin: str, given_names_latin: str) -> str:
    """What lists are sorted by: pinyin for a hanzi name, the folded letters for any other."""
    if name_zh:
        surname, given = pinyin(name_zh)
        key = " ".join([*surname, *given, name_zh])
    else:
        key = " ".join(words(f"{surname_latin} {given_names_latin}"))
    return key[:SORT_KEY_LENGTH]


def search_tokens(name_zh: str, surname_latin: str, given_names_latin: str) -> str:
    """The words a person is found by, for a tsvector of the configuration 'simple'.

    First the hanzi, one word each and in order, so that a phrase finds neighbours; then pinyin
    by syllable, joined, and as initials; then the latin words, joined either way round as well.
    """
    hanzi = re.findall(rf"[{HAN}]", unicodedata.normalize("NFKC", name_zh))
    others = [*_pinyin_tokens(name_zh), *_latin_tokens(surname_latin, given_names_latin)]
    if not name_zh:
        # Passports write MUELLER, people type muller; in pinyin (XUE, JIAO) nobody does.
        others += [re.sub("([aou])e", r"\1", word) for word in others]
    return " ".join([*hanzi, *dict.fromkeys(filter(None, others))])


def _pinyin_tokens(name_zh: str) -> list[str]:
    if not name_zh:
        return []
    surname, given = pinyin(name_zh)
    initials = "".join(syllable[0] for syllable in surname + given)
    tokens = [initials]
    for u_umlaut in ("v", "yu", "u"):
        first = [syllable.replace("v", u_umlaut) for syllable in surname]
        second = [syllable.replace("v", u_umlaut) for syllable in given]
        tokens += [*first, *second, "".join(first + second), "".join(first), "".join(second)]
    return [token for token in tokens if token.isascii()]


def _latin_tokens(surname: str, given_names: str) -> list[str]:
    tokens: list[str] = []
    for word in f"{surname} {given_names}".split():
        tokens += [*words(word), *spellings(word)]
    first, second = "".join(words(surname)), "".join(words(given_names))
    return [*tokens, first + second, second + first]


def search_query(text: str) -> str:
    """A to_tsquery('simple', …) for what somebody typed; empty if there is nothing to look for.

    Neighbouring hanzi are looked for as a phrase, each latin word on its own, and the last of
    them as the beginning of a word. Nothing typed can reach the query as an operator.
    """
    typed = unicodedata.normalize("NFKC", text)[:LONGEST_QUERY]
    terms: list[list[str]] = []
    last_word = None
    for part in re.findall(rf"[{HAN}]+|[^{HAN}\s]+", typed):
        if re.match(rf"[{HAN}]", part):
            terms.append([" <-> ".join(part)])
            continue
        latin = words(part)
        if not latin:
            continue
        terms += [[word] for word in latin] if len(latin) > 1 else [spellings(part)]
        last_word = len(terms) - 1
    if last_word is not None:
        terms[last_word] = [f"{word}:*" for word in terms[last_word]]
    return " & ".join(f"({' | '.join(term)})" for term in terms)
