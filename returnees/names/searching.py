"""What people are sorted and found by: hanzi, pinyin, initials and latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from houshayu.typed import visible
from returnees.names.folding import collapse, fold_hanzi, spellings, u_umlauts, words
from returnees.names.reading import pinyin
from returnees.names.writing import HAN

SORT_KEY_LENGTH = 200  # characters; the width of the stored column
LONGEST_QUERY = 100  # characters; Postgres refuses words beyond 2 kB
# Of so many words in a row each may be a part of the one before it: Min Su, Min-su, Minsu. Each
# word more would double the ways to read them.
MOST_WORDS_JOINED = 4


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
    others = [*_pinyin_tokens(name_zh), *_latin_tokens(surname_latin, given_names_latin)]
    if not name_zh:
        # Passports write MUELLER, people type muller; in pinyin (XUE, JIAO) nobody does.
        others += [collapse(word) for word in others]
    return " ".join([*_hanzi(name_zh), *dict.fromkeys(filter(None, others))])


def _hanzi(text: str) -> list[str]:
    """A word for each character, simplified and traditional alike.

    Those outside the oldest block stand as their number: an older Postgres, or one whose
    operating system has older tables, takes them for punctuation and drops them.
    """
    return [
        hanzi if "\u4e00" <= hanzi <= "\u9fff" else f"u{ord(hanzi):x}"
        for hanzi in re.findall(rf"[{HAN}]", fold_hanzi(text))
    ]


def _pinyin_tokens(name_zh: str) -> list[str]:
    if not name_zh:
        return []
    surname, given = pinyin(name_zh)
    tokens = [_initials(surname + given), _initials(given)]
    for u_umlaut in ("v", "yu", "u"):
        first = [syllable.replace("v", u_umlaut) for syllable in surname]
        second = [syllable.replace("v", u_umlaut) for syllable in given]
        tokens += [*first, *second, "".join(first + second), "".join(first), "".join(second)]
    return [token for token in tokens if token.isascii()]


def _latin_tokens(surname: str, given_names: str) -> list[str]:
    tokens: list[str] = []
    for word in f"{surname} {given_names}".split():
        tokens += [*words(word), *spellings(word)]
    first, second = words(surname), words(given_names)
    for both in (first + second, second + first):
        tokens += ["".join(both), _initials(both)]
    tokens += ["".join(first), "".join(second)]
    return [spelling for token in tokens for spelling in u_umlauts(token)]


def _initials(syllables: list[str]) -> str:
    return "".join(syllable[0] for syllable in syllables)


def search_query(text: str) -> str:
    """A to_tsquery('simple', …) for what somebody typed; empty if there is nothing to look for.

    Neighbouring hanzi are looked for as a phrase, latin words each on its own or joined with
    its neighbours, a single letter and the last of the words as the beginning of one. Nothing
    typed can reach the query as an operator.
    """
    typed = unicodedata.normalize("NFKC", visible(text))[:LONGEST_QUERY]
    runs = re.findall(rf"[{HAN}]+|[^{HAN}]+", typed)
    latin = [_latin_words(run) for run in runs]
    last = max((index for index, each in enumerate(latin) if each), default=None)
    terms = []
    for index, (run, its_words) in enumerate(zip(runs, latin, strict=True)):
        if re.match(rf"[{HAN}]", run):
            terms += [f"({' <-> '.join(phrase)})" for phrase in [_hanzi(run)] if phrase]
        elif its_words:
            terms.append(_any_reading(its_words, ends_open=index == last))
    return " & ".join(terms)


def _latin_words(text: str) -> list[list[str]]:
    """The words, each with the ways somebody may write it."""
    found = (spellings(part) for part in re.findall(r"(?:[^\W_]|[\u0300-\u036f])+", text))
    return [kept for kept in ([each for each in word if each] for word in found) if kept]


def _any_reading(its_words: list[list[str]], *, ends_open: bool) -> str:
    readings = [
        " & ".join(
            _any_spelling(part, is_open=ends_open and index == len(parts) - 1)
            for index, part in enumerate(parts)
        )
        for parts in _partitions(its_words)
    ]
    return f"({' | '.join(readings)})" if len(readings) > 1 else readings[0]


def _any_spelling(part: list[list[str]], *, is_open: bool) -> str:
    """The words of a part joined, folded or with their umlauts written out."""
    spelled = dict.fromkeys("".join(word[which] for word in part) for which in (0, -1))
    prefixed = [f"{each}:*" if is_open or len(each) == 1 else each for each in spelled]
    return f"({' | '.join(prefixed)})"


def _partitions(its_words: list[list[str]]) -> Iterator[list[list[list[str]]]]:
    """The ways to join neighbours; first as they stand. Of very many words only that one."""
    if len(its_words) > MOST_WORDS_JOINED:
        yield [[word] for word in its_words]
        return
    gaps = len(its_words) - 1
    for joined in range(2**gaps):
        parts = [[its_words[0]]]
        for gap in range(gaps):
            if joined >> gap & 1:
                parts[-1].append(its_words[gap + 1])
            else:
                parts.append([its_words[gap + 1]])
        yield parts
