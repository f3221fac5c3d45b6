"""What is printed."""

from __future__ import annotations

from io import BytesIO

from django.test import Client
from django.urls import reverse
from pdfminer.high_level import extract_text

from houshayu import printing
from houshayu.models import Place, User
from returnees.models import Case
from returnees.sheets import SHEETS, with_everything
from returnees.sheets.kinds import SheetKind
from tests.cases import report
from tests.factories import make_case, real_place


@report("W01")
def a_word_goes_to_the_next_line_whole(db: None) -> None:
    place = real_place("jiangshanfu")
    made = make_case(place=place, community=place)
    case = with_everything(Case.objects.filter(pk=made.pk)).get()

    sheet = printing.pdf(SHEETS[SheetKind.REGISTRATION](case, "en"))

    assert "Jiangshanfu" in extract_text(BytesIO(sheet))


@report("W02")
def what_has_no_letters_here_is_named_before_it_is_printed(
    client: Client, community: Place, sender: User
) -> None:
    odd = make_case(place=community, by=sender, address_abroad="Via Roma \U0001b09e")
    plain = make_case(place=community, by=sender, address_abroad="Via Roma")
    client.force_login(sender, "houshayu.access.MembershipBackend")

    for case, kind in ((odd, "text/html"), (plain, "application/pdf")):
        address = reverse("returnees:print_sheet", args=[case.number, SheetKind.REGISTRATION])
        answer = client.get(address)
        assert answer.headers["Content-Type"].startswith(kind)
        assert ("\U0001b09e" in answer.content.decode(errors="ignore")) is (case == odd)


@report("W06")
def nothing_typed_turns_text_round() -> None:
    for turning in ("\u202e", "\u202d", "\u2067", "\u202b"):
        sheet = printing.pdf(f"<p>allergy: {turning}abc 123\u202c</p>")
        assert "allergy: abc 123" in extract_text(BytesIO(sheet))
