"""The layouts of the three sizes of document: passports (TD3), cards (TD1 and TD2)."""

from __future__ import annotations

from returnees.documents.layouts import Layout, Span

TD3 = Layout(
    kind="td3",
    widths=(44, 44),
    codes="P",
    open_ended=frozenset({0}),
    names=Span(0, 5, 44),
    number=Span(1, 0, 9),
    number_check=Span(1, 9, 10),
    nationality=Span(1, 10, 13),
    birth=Span(1, 13, 19),
    birth_check=Span(1, 19, 20),
    sex=Span(1, 20, 21),
    expiry=Span(1, 21, 27),
    expiry_check=Span(1, 27, 28),
    optional=(Span(1, 28, 42),),
    optional_check=Span(1, 42, 43),
    composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)),
    composite_check=Span(1, 43, 44),
)
TD2 = Layout(
    kind="td2",
    widths=(36, 36),
    codes="ACIP",
    open_ended=frozenset({0}),
    names=Span(0, 5, 36),
    number=Span(1, 0, 9),
    number_check=Span(1, 9, 10),
    nationality=Span(1, 10, 13),
    birth=Span(1, 13, 19),
    birth_check=Span(1, 19, 20),
    sex=Span(1, 20, 21),
    expiry=Span(1, 21, 27),
    expiry_check=Span(1, 27, 28),
    optional=(Span(1, 28, 35),),
    optional_check=None,
    composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 35)),
    composite_check=Span(1, 35, 36),
)
TD1 = Layout(
    kind="td1",
    widths=(30, 30, 30),
    codes="ACI",
    open_ended=frozenset({0, 2}),
    number=Span(0, 5, 14),
    number_check=Span(0, 14, 15),
    birth=Span(1, 0, 6),
    birth_check=Span(1, 6, 7),
    sex=Span(1, 7, 8),
    expiry=Span(1, 8, 14),
    expiry_check=Span(1, 14, 15),
    nationality=Span(1, 15, 18),
    optional=(Span(0, 15, 30), Span(1, 18, 29)),
    optional_check=None,
    composite=(Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
    composite_check=Span(1, 29, 30),
    names=Span(2, 0, 30),
)
