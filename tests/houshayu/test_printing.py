"""Sheets come out of the press in both languages, and nothing from outside goes in."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.checks import Warning
from pdfminer.high_level import extract_pages, extract_text
from pdfminer.layout import LTPage
from pytest_django import Settings

from houshayu import checks, printing
from houshayu.bilingual import Both

# One red pixel.
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAF"
    "AAH/iZk9HQAAAABJRU5ErkJggg=="
)


def sheet(number: str, *, body: str = "", rows: int = 1) -> str:
    text = Both("集中观察", "Centralized observation")
    table = f"<table>{f'<tr><th>{text.html()}</th><td>CA950</td></tr>' * rows}</table>"
    return f'<article class="sheet"><p class="sheet-number">{number}</p>{body}{table}</article>'


def pages(pdf: bytes) -> list[LTPage]:
    return list(extract_pages(BytesIO(pdf)))


def texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [extract_text(BytesIO(pdf), page_numbers=[n]) for n in range(len(pages(pdf)))]


def painted(pdf: bytes) -> list[list[str]]:
    """What stands where on each page, whatever the file calls its images and groups."""
    return [[re.sub(r"^<LTFigure\(\w+\)", "", str(thing)) for thing in page] for page in pages(pdf)]


def test_a_sheet_is_one_a4_page_in_both_languages_with_its_number_at_the_foot() -> None:
    pdf = printing.pdf(sheet("HSY-7K3M9Q"))

    (text,) = texts(pdf)
    assert "集中观察" in text
    assert "Centralized observation" in text
    assert text.count("HSY-7K3M9Q") == 2
    assert "1 / 1" in text
    (page,) = pages(pdf)
    assert (round(page.width), round(page.height)) == (595, 842)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-Hant", "後沙峪地區"),
        ("ko", "집중 관찰"),
        ("ja", "集中観察です"),
        ("fr", "Période d’observation médicale"),
        ("de", "Häusliche Beobachtung"),
        ("es", "Observación en régimen"),
        ("ru", "Медицинское наблюдение"),
        ("ar", "نعم"),
    ],
)
def test_every_language_has_its_letters_on_paper(language: str, text: str) -> None:
    pdf = printing.pdf(f'<p lang="{language}">{text}</p>')

    # Arabic is painted from right to left, and read back so.
    printed = "".join(texts(pdf)[0].split())
    assert sorted("".join(text.split())) == sorted(printed.removesuffix("1/1"))


def test_many_sheets_are_one_file_and_each_counts_its_own_pages() -> None:
    done: list[int] = []
    sheets = (sheet(f"HSY-00000{n}", rows=60 if n == 2 else 1) for n in (1, 2, 3))

    pdf = printing.many_pdfs(sheets, done.append)

    feet = [(text.split("\n")[0], "1 / 2" in text, "2 / 2" in text) for text in texts(pdf)]
    assert [foot[1:] for foot in feet] == [
        (False, False),
        (True, False),
        (False, True),
        (False, False),
    ]
    assert all("集中观察" in text and "Centralized" in text for text in texts(pdf))
    assert done == [1, 2, 3]


def test_a_sheet_in_a_batch_looks_as_it_does_alone() -> None:
    body = (
        f'<div class="qr">{printing.qr_svg("HSY-7K3M9Q", meaning="二维码")}</div>'
        f'<img src="{PNG}" width="9">'
        '<p style="opacity: .5">半</p><p style="background: linear-gradient(red, blue)">渐变</p>'
        f'<p style="background: url({PNG})">图</p><a href="https://12345.example/">12345</a>'
    )
    html = sheet("HSY-7K3M9Q", body=body)

    (alone,) = painted(printing.pdf(html))
    assert painted(printing.many_pdfs([html, html])) == [alone, alone]


def test_no_sheets_make_no_file() -> None:
    with pytest.raises(ValueError, match="nothing to print"):
        printing.many_pdfs([])


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:9/tracker.png",
        "https://fonts.googleapis.com/css",
        "file:///etc/passwd",
        "/etc/passwd",
        "/static/../../pyproject.toml",
        "/static/css/no-such.css",
        "ftp://127.0.0.1/x",
    ],
)
@pytest.mark.parametrize(
    "html",
    [
        '<img src="{}">',
        '<link rel="stylesheet" href="{}">',
        '<style>p {{ background: url("{}") }}</style><p>x</p>',
    ],
)
def test_nothing_from_outside_gets_onto_paper(html: str, source: str) -> None:
    with pytest.raises(printing.FetchRefused):
        printing.pdf(html.format(source))
    with pytest.raises(printing.FetchRefused):
        printing.many_pdfs([html.format(source)])


def test_no_file_is_attached_to_a_sheet() -> None:
    with pytest.raises(printing.FetchRefused):
        printing.pdf('<link rel="attachment" href="file:///etc/passwd"><p>x</p>')


def test_our_own_static_files_may_be_used() -> None:
    assert printing.pdf('<link rel="stylesheet" href="/static/css/print.css"><p>x</p>')


def test_a_template_speaks_the_language_asked_for(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "sheet.html").write_text("{% load i18n %}<p>{% translate 'Yes' %}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    assert "是" in texts(printing.render_pdf("sheet.html", {}))[0]
    assert "Oui" in texts(printing.render_pdf("sheet.html", {}, language="fr"))[0]


def test_the_check_says_how_to_mend_a_missing_font_subsetter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.fonts_can_be_subset() == []

    monkeypatch.setattr(checks, "HARFBUZZ_SUBSET", ["libharfbuzz-nowhere.so.0"])
    assert checks.fonts_can_be_subset() == [
        Warning(
            "libharfbuzz-subset is missing: PDFs will be very slow.",
            hint="apt-get install libharfbuzz-subset0",
            id="houshayu.W001",
        )
    ]
