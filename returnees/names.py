"""Names in hanzi and latin letters: validation, pinyin, search, sorting and likeness."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
NAME_ZH = re.compile(rf"[{HAN}]+(·[{HAN}]+)*")
NAME_LATIN = re.compile(r"[A-Z][A-Z '\-]*")
SORT_KEY_LENGTH = 200  # characters; the width of the stored column
LONGEST_QUERY = 100  # characters; Postgres refuses words beyond 2 kB

# Readings of a character that differ when it is a surname.
SURNAME_READINGS = {
    "单": "shan", "單": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren",
    "华": "hua", "華": "hua", "朴": "piao", "区": "ou", "區": "ou", "盖": "ge", "蓋": "ge",
    "缪": "miao", "繆": "miao", "乐": "yue", "樂": "yue", "翟": "zhai", "种": "chong",
    "繁": "po", "秘": "bi", "洗": "xian", "员": "yun", "員": "yun", "召": "shao", "覃": "qin",
    "阚": "kan", "闞": "kan", "黑": "he", "折": "she", "柏": "bai", "卜": "bu", "隗": "wei",
    "祭": "zhai", "句": "gou", "谌": "chen", "諶": "chen", "能": "nai", "都": "du", "訾": "zi",
    "薄": "bo", "郇": "xun", "藏": "zang", "乜": "nie",
}  # fmt: skip
_COMPOUND_SURNAMES = (
    "欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 长孙 端木 夏侯 独孤 南宫 轩辕 "
    "闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 司空 百里 呼延 万俟 "
    "歐陽 司馬 諸葛 東方 尉遲 公孫 長孫 獨孤 南宮 軒轅 聞人 澹臺 濮陽 單于 仲孫 鍾離 鮮于 閭丘 "
    "萬俟"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND_SURNAMES.split())
# Those whose reading the dictionary does not know in the traditional form.
COMPOUND_READINGS = {
    "尉遲": ["yu", "chi"],
    "澹臺": ["tan", "tai"],
    "單于": ["chan", "yu"],
    "萬俟": ["mo", "qi"],
}
# Latin letters that Unicode does not take apart into a letter and a mark.
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
# How passports spell these letters (ICAO Doc 9303 part 3, section 6).
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def clean_name_zh(text: str) -> str:
    """The name in its normal form: Han characters, with · between the parts of a longer name.

    Raises ValidationError for any other character. An empty name stays empty.
    """
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", re.sub("[•‧・･∙⋅]", "·", text)))
    if name and not NAME_ZH.fullmatch(name):
        raise ValidationError(
            _("A name in Chinese holds only Chinese characters, and · between its parts."),
            code="name_zh",
        )
    return name


def clean_name_latin(text: str) -> str:
    """The name as a passport prints it: capital letters A to Z, blanks, hyphens, apostrophes.

    Raises ValidationError for any other character. An empty name stays empty.
    """
    straight = re.sub("[’‘ʼ`´]", "'", re.sub("[‐‑–]", "-", text))
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


def split_zh(name_zh: str) -> tuple[str, str]:
    """Surname and given name; two characters of surname where they are a known one."""
    length = 2 if name_zh[:2] in COMPOUND_SURNAMES and len(name_zh) > 2 else 1
    return name_zh[:length], name_zh[length:]


def suggest_latin(name_zh: str) -> tuple[str, str]:
    """Surname and given names as a Chinese passport writes them: OUYANG, XIUYING; LYU for 吕.

    Empty for a name with · in it, which is not spelled in pinyin, and for characters whose
    reading is not known.
    """
    surname, given = _pinyin(name_zh)
    spelled = tuple(
        "".join(part).replace("v", "yu").upper() if part else "" for part in (surname, given)
    )
    if "·" in name_zh or not all(part == "" or NAME_LATIN.fullmatch(part) for part in spelled):
        return "", ""
    return spelled[0], spelled[1]


def _pinyin(name_zh: str) -> tuple[list[str], list[str]]:
    """The syllables of surname and given name, without tones, ü as v."""
    surname, given = split_zh(unicodedata.normalize("NFKC", name_zh).replace("·", ""))
    if surname in SURNAME_READINGS:
        syllables = [SURNAME_READINGS[surname]]
    else:
        syllables = COMPOUND_READINGS.get(surname) or _read(surname)
    return syllables, _read(given)


def _read(hanzi: str) -> list[str]:
    """A syllable for each character, by the words it stands in; no tones, ü as v.

    Characters without a known reading stand for themselves.
    """
    return lazy_pinyin(hanzi)


def fold(text: str) -> str:
    """Lower case without diacritics: Müller and MULLER are the same."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LETTERS)
    letters = unicodedata.normalize("NFKD", plain)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def _spellings(word: str) -> list[str]:
    """How somebody may write a word of a latin name: Müller as muller and as mueller."""
    expanded = unicodedata.normalize("NFC", word.casefold()).translate(UMLAUTS)
    return list(dict.fromkeys("".join(_words(each)) for each in (word, expanded)))


def sort_key(name_zh: str, surname_latin: str, given_names_latin: str) -> str:
    """What lists are sorted by: pinyin for a hanzi name, the folded letters for any other."""
    if name_zh:
        surname, given = _pinyin(name_zh)
        key = " ".join([*surname, *given, name_zh])
    else:
        key = " ".join(_words(f"{surname_latin} {given_names_latin}"))
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
    surname, given = _pinyin(name_zh)
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
        tokens += [*_words(word), *_spellings(word)]
    first, second = "".join(_words(surname)), "".join(_words(given_names))
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
        words = _words(part)
        if not words:
            continue
        spellings = _spellings(part)
        terms += [[word] for word in words] if len(words) > 1 else [spellings]
        last_word = len(terms) - 1
    if last_word is not None:
        terms[last_word] = [f"{word}:*" for word in terms[last_word]]
    return " & ".join(f"({' | '.join(term)})" for term in terms)


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


def _words_of(name: str) -> list[str]:
    """The words of a name, a hanzi name as surname and given name in pinyin."""
    in_latin = re.sub(rf"[{HAN}][{HAN}·]*", lambda hanzi: _spelled(hanzi[0]), name)
    return _words(in_latin)


def _spelled(name_zh: str) -> str:
    surname, given = _pinyin(name_zh)
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
