"""The catalogs: complete, true to their messages, and written as each language is written.

What returnees are handed speaks all ten languages; the pages of the staff both of theirs.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
import pytest
from django.conf import settings
from django.utils.translation import override, to_locale

from returnees.decisions import HOLDS, WAITING

ROOT = Path(settings.BASE_DIR)
DATA = Path(__file__).parent / "data"
CATALOGS = {
    locale: polib.pofile(ROOT / "locale" / locale / "LC_MESSAGES" / "django.po")
    for locale in (to_locale(code) for code, _name in settings.LANGUAGES)
    if locale != "en"
}
CHINESE = ("zh_Hans", "zh_Hant")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
# What stands between the items of a list ends without the blank of its message in Chinese.
SEPARATOR = "between the items of a list"
NARROW, WIDE = "\u202f", "\u00a0"  # no-break spaces


class Text(NamedTuple):
    locale: str
    context: str | None
    message: str
    said: str

    @property
    def written(self) -> str:
        """What is said, without the names of its placeholders."""
        return PLACEHOLDER.sub("", self.said)


def texts(*locales: str) -> Iterator[Text]:
    """All that these catalogs say, of every catalog if none is named; a plural form by form."""
    for locale in locales or CATALOGS:
        for entry in CATALOGS[locale]:
            forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
            for said in filter(None, forms):
                message = entry.msgid_plural or entry.msgid
                yield Text(locale, entry.msgctxt, message, said)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- Complete, and true to the message -------------------------------------------------------


@pytest.mark.parametrize("locale", CATALOGS)
def test_no_translation_is_a_guess(locale: str) -> None:
    assert [entry.msgid for entry in CATALOGS[locale].fuzzy_entries()] == []


def test_every_translation_has_the_placeholders_of_its_message() -> None:
    wrong = [
        text
        for text in texts()
        if set(PLACEHOLDER.findall(text.said)) != set(PLACEHOLDER.findall(text.message))
    ]

    assert wrong == []


@pytest.mark.parametrize("locale", CATALOGS)
def test_a_counted_message_has_every_form_that_its_language_counts_with(locale: str) -> None:
    catalog = CATALOGS[locale]
    declared = re.match(r"nplurals=(\d)", catalog.metadata["Plural-Forms"])
    assert declared
    forms = set(range(int(declared[1])))

    incomplete = [
        entry.msgid
        for entry in catalog
        if any(entry.msgstr_plural.values())
        and {index for index, said in entry.msgstr_plural.items() if said} != forms
    ]

    assert incomplete == []


def test_no_translation_begins_or_ends_with_a_blank_of_its_own() -> None:
    def edges(said: str) -> tuple[bool, bool]:
        return said[0].isspace(), said[-1].isspace()

    wrong = [
        text
        for text in texts()
        if text.context != SEPARATOR and edges(text.said) != edges(text.message)
    ]

    assert wrong == []
    assert [text for text in texts() if "  " in text.said] == []


# --- As each language is written -------------------------------------------------------------


def test_chinese_has_no_ascii_punctuation_and_no_blanks_within() -> None:
    han = r"[\u4e00-\u9fff]"
    ascii_mark = re.compile(rf"{han}[,;:?!()]|[,;:?!()]{han}|{han}\.(?!\w)")
    blank = re.compile(rf"{han} [{han[1:-1]}0-9]|[0-9℃] {han}")
    # A placeholder stands for a word or a number.
    wrong = [
        text
        for text in texts(*CHINESE)
        for sentence in [PLACEHOLDER.sub("甲", text.said)]
        if ascii_mark.search(sentence) or blank.search(sentence)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("locale", "encoding"), [("zh_Hans", "gb2312"), ("zh_Hant", "big5hkscs"), ("ja", "cp932")]
)
def test_characters_are_those_of_the_script(locale: str, encoding: str) -> None:
    """No simplified character in a traditional text, nor the other way round."""
    foreign = {
        (character, text.said)
        for text in texts(locale)
        for character in text.said
        if unicodedata.name(character, "").startswith("CJK UNIFIED")
        and character.encode(encoding, "ignore") == b""
    }

    assert foreign == set()


def test_french_marks_stand_behind_their_no_break_spaces() -> None:
    mark = re.compile(rf"(?<!{NARROW})[;?!»]|«(?!{NARROW})|(?<!{WIDE}):")

    assert [text.said for text in texts("fr") if mark.search(text.said)] == []


@pytest.mark.parametrize("locale", ["ko", "ja", "fr", "de", "es", "ru"])
def test_a_number_is_not_parted_from_its_degrees(locale: str) -> None:
    assert [text.said for text in texts(locale) if " °C" in text.said] == []


def test_spanish_questions_and_exclamations_are_opened() -> None:
    wrong = [
        text.said
        for text in texts("es")
        if text.said.count("?") != text.said.count("¿")
        or text.said.count("!") != text.said.count("¡")
    ]

    assert wrong == []


def test_arabic_has_its_own_comma_semicolon_and_question_mark() -> None:
    assert [text.said for text in texts("ar") if re.search("[,;?]", text.written)] == []


@pytest.mark.parametrize("locale", ["zh_Hant", "ko", "ja", "ru", "ar"])
def test_latin_letters_stand_only_where_a_name_has_them(locale: str) -> None:
    names = {"WeChat", "ID", "PCR", "C", *"ABCDEFG"}
    latin = {
        (word, text.said)
        for text in texts(locale)
        for word in re.findall(r"[A-Za-z]+", text.written)
        if word not in names
    }

    assert latin == set()


def test_no_word_mixes_cyrillic_and_latin_letters() -> None:
    words = [word for text in texts("ru") for word in re.findall(r"\w+", text.written)]

    assert [w for w in words if re.search("[A-Za-z]", w) and re.search("[А-Яа-яЁё]", w)] == []


def test_promises_of_a_korean_are_promises() -> None:
    """The points under "I promise" end in -겠습니다; the plain form describes a habit."""
    promises = [text.said for text in texts("ko") if text.message.startswith("I will ")]

    assert len(promises) == 6
    assert [said for said in promises if not said.endswith("겠습니다.")] == []


# --- One word for one thing ------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "column"), [("zh_Hans", "zh_hans"), ("zh_Hant", "zh_hant")])
def test_a_term_of_the_glossary_is_said_in_its_one_chinese_word(locale: str, column: str) -> None:
    """Where a message is the term, or has a term of several words in it."""
    glossary: dict[str, set[str]] = {}
    for row in rows("glossary.csv"):
        for english in {row["en"], re.sub(r" \(.*\)", "", row["en"])}:
            glossary.setdefault(english.lower(), set()).add(row[column])
    longest_first = sorted(glossary, key=len, reverse=True)
    several_words = [re.escape(term) for term in longest_first if " " in term]
    terms = re.compile(rf"\b({'|'.join(several_words)})s?\b")
    # "Confirmed case, in medical care" ends a case; a travel document is a document of its own.
    otherwise = {"confirmed case", "document number"}

    wrong = []
    for text in texts(locale):
        message = PLACEHOLDER.sub("", text.message).lower()
        said = {message} & glossary.keys() or {message.removesuffix("s")} & glossary.keys()
        said |= set(terms.findall(message)) - otherwise
        wrong += [
            (term, glossary[term], text.said)
            for term in said
            if not any(word in text.said for word in glossary[term])
        ]

    assert wrong == []


@pytest.mark.parametrize(
    ("locale", "pattern"),
    [(row["language"], row["pattern"]) for row in rows("misleading_words.csv")],
)
def test_a_word_that_its_readers_take_for_something_else_is_not_used(
    locale: str, pattern: str
) -> None:
    # Arabic is read without its vowel signs; the doubling sign is one of them.
    def bare(said: str) -> str:
        return re.sub("[\u064b-\u0652]", "", said) if locale == "ar" else said

    assert [text.said for text in texts(locale) if re.search(pattern, bare(text.said))] == []


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_what_holds_and_why_is_said_in_every_language(language: str) -> None:
    """It stands on the notice, and is made in the program, not in a template of it."""
    with override(language):
        said = [str(sentence) for sentence in (*HOLDS.values(), *WAITING.values())]
    with override("en"):
        written = {str(sentence) for sentence in (*HOLDS.values(), *WAITING.values())}

    assert written.isdisjoint(said)
