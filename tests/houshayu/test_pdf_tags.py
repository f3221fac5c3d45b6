"""Files of sheets are PDF/UA: they can be read aloud, in the right order and languages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pdfminer.high_level import extract_text

from houshayu import printing
from houshayu.bilingual import Both

OUTLOUD = Path(sys.executable).with_name("outloud")
BOTH = Both("姓名", "Name").html()


def page(body: str, title: str = "登记表 Registration form") -> str:
    return (
        f'<!doctype html><html lang="zh-Hans"><head><title>{title}</title></head><body>'
        f'<p class="sheet-number">HSY-7K3M9Q</p>{body}</body></html>'
    )


SHEET = page(
    f'<div class="qr">{printing.qr_svg("HSY-7K3M9Q", meaning="二维码 QR code")}</div>'
    f"<h1>{BOTH}</h1>"
    f'<table class="cells" role="presentation"><tr><td><div class="label">{BOTH}</div></td>'
    "<td>王小明</td></tr></table>"
    f'<table><caption>{BOTH}</caption><tr><th scope="col">{BOTH}</th><th scope="col">Age</th></tr>'
    "<tr><td>Li Hua</td><td>38</td></tr></table>"
    '<p>See <a href="https://12345.example/">the hotline 12345</a>.</p>'
)


def tags(pdf: bytes) -> list[Any]:
    """The tags of a file as nested lists: type, with language where it has one, then its kids."""

    def read(tag: Any) -> list[Any]:
        name = str(tag.S)[1:] + (f" {tag.Lang}" if "/Lang" in tag else "")
        kids = [kid for kid in tag.K if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
        return [name, *map(read, kids)]

    with pikepdf.open(BytesIO(pdf)) as file:
        (whole,) = file.Root.StructTreeRoot.K
        return read(whole)


def all_tags(pdf: pikepdf.Pdf) -> Iterator[Any]:
    def walk(tag: Any) -> Iterator[Any]:
        yield tag
        for kid in tag.K:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield from walk(kid)

    for top in pdf.Root.StructTreeRoot.K:
        yield from walk(top)


def test_a_validator_of_pdf_ua_finds_no_fault(tmp_path: Path) -> None:
    files = tmp_path / "one.pdf", tmp_path / "many.pdf"
    files[0].write_bytes(printing.pdf(SHEET))
    files[1].write_bytes(printing.many_pdfs([SHEET, SHEET], title="登记表 × 2"))

    found = subprocess.run([OUTLOUD, *files], capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout


def test_a_file_has_the_title_of_its_sheet_its_language_and_says_that_it_is_tagged() -> None:
    with pikepdf.open(BytesIO(printing.pdf(SHEET))) as pdf:
        assert str(pdf.docinfo.Title) == "登记表 Registration form"
        assert str(pdf.Root.Lang) == "zh-Hans"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()


def test_a_batch_has_a_title_of_its_own() -> None:
    with pikepdf.open(BytesIO(printing.many_pdfs([SHEET, SHEET], title="登记表 × 2"))) as pdf:
        assert str(pdf.docinfo.Title) == "登记表 × 2"


def test_the_tags_say_what_is_a_heading_a_table_and_its_head_and_in_which_language() -> None:
    bilingual = ["Span en"]

    assert tags(printing.pdf(SHEET)) == [
        "Document",
        ["P"],
        ["Figure"],
        ["H1", bilingual],
        ["P", bilingual],
        ["P"],
        [
            "Table",
            ["Caption", bilingual],
            ["TR", ["TH", bilingual], ["TH"]],
            ["TR", ["TD"], ["TD"]],
        ],
        ["P", ["Link"]],
    ]


def test_a_head_says_which_way_it_looks_and_a_picture_what_stands_for_it() -> None:
    html = page(
        '<table><tr><th scope="row">a</th><td colspan="2">b</td></tr></table>'
        f'<div class="qr">{printing.qr_svg("x", meaning="二维码")}</div>'
    )
    with pikepdf.open(BytesIO(printing.pdf(html))) as pdf:
        found = {str(tag.S): tag for tag in all_tags(pdf)}

        assert found["/TH"].A.Scope == "/Row"
        assert found["/TD"].A.ColSpan == 2
        assert str(found["/Figure"].Alt) == "二维码"


def test_a_paragraph_in_one_other_language_says_so_itself() -> None:
    assert tags(printing.pdf('<title>x</title><p lang="ar" dir="rtl">نعم</p><p>是</p>')) == [
        "Document",
        ["P ar"],
        ["P"],
    ]


def test_every_painted_text_belongs_to_the_tag_that_the_page_names_for_it() -> None:
    with pikepdf.open(BytesIO(printing.many_pdfs([SHEET, SHEET], title="x"))) as pdf:
        parents = pdf.Root.StructTreeRoot.ParentTree.Nums
        for number, sheet in enumerate(pdf.pages):
            of_page = parents[2 * number + 1]
            for painting, tag in enumerate(of_page):
                assert painting in list(tag.K)
                assert tag.Pg.objgen == sheet.obj.objgen
        (link, again) = (tag for tag in all_tags(pdf) if tag.S == "/Link")
        assert [parents[5].objgen, parents[7].objgen] == [link.objgen, again.objgen]
        assert [pdf.pages[n].Annots[0].StructParent for n in (0, 1)] == [2, 3]


# --- Words and letters ----------------------------------------------------------------------

# In the Unicode of 2022; of the fonts that can be had none has it.
RARE = "\U000323af"


def test_a_letter_that_no_font_has_is_named_and_leaves_a_gap_to_write_in() -> None:
    html = page(f"<p>王{RARE}明 &amp; Çelik 김 نعم</p>")

    assert printing.unprintable(html) == [RARE]
    assert printing.unprintable(html) == [RARE]
    assert "王＿明" in text_of(printing.pdf(html))
    assert printing.unprintable(page("<p>王小明</p>")) == []


def test_what_is_to_be_known_first_lies_on_top_of_a_batch() -> None:
    seen: list[int] = []

    pdf = printing.many_pdfs(
        [SHEET, SHEET], seen.append, cover=lambda: page(f"<p>after {len(seen)}</p>")
    )

    assert "after 2" in text_of(pdf).split("1 / 1")[0]


def test_a_word_breaks_only_where_it_is_longer_than_its_line() -> None:
    place = Both("江山赋社区", "Jiangshanfu Community").html()
    mail = Both("wolfeschlegelsteinhausenbergerdorff@university.example", "x").html()
    cells = "".join(f'<td colspan="2">{each}</td>' for each in [place, mail] * 3)

    text = text_of(printing.pdf(page(f'<table class="cells"><tr>{cells}</tr></table>')))

    assert text.count("Jiangshanfu") == 3
    assert "wolfeschlegelsteinhausenbergerdorff" not in text


def text_of(pdf: bytes) -> str:
    return extract_text(BytesIO(pdf))
