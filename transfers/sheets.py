"""The handoff record (交接单): who passed the person to whom, when, how, and with what."""

from __future__ import annotations

from functools import partial

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from houshayu.bilingual import both
from returnees.sheets import NoSuchSheet, case_qr, second_language
from returnees.sheets.words import COLUMNS, Cell, label, said
from transfers.models import Handoff

FIELDS = (
    "from_place to_place",
    "planned_at closed_at temperature luggage_pieces",
    "vehicle_plate driver escort",
    "remarks",
)
# What the program calls the answer is on paper the moment of the handoff.
LABELS = {"closed_at": _("Actual time")}
DOCUMENTS = (
    _("Registration sheet"),
    _("Observation notice"),
    _("Commitment letter"),
    _("Test results"),
    _("Identity document returned to the person"),
    _("Other"),
)


def handoff_record(handoff: Handoff, second: str = "") -> str:
    """The record of a handoff that waits or was accepted, for the signatures of both sides.

    What is not known yet is left open for the pen. Raises NoSuchSheet for a handoff that was
    declined or taken back.
    """
    if not handoff.has_record:
        raise NoSuchSheet(handoff.pk)
    case = handoff.case
    second = second_language(case.person, second)
    context = {
        "case": case,
        "person": case.person,
        "handoff": handoff,
        "second": second,
        "name": str(both(_("Handoff record"), second)),
        "qr": case_qr(case),
        "rows": [_row(handoff, line.split(), second) for line in FIELDS],
        "documents": DOCUMENTS,
    }
    return render_to_string("transfers/print/handoff_record.html", context)


def _row(handoff: Handoff, names: list[str], second: str) -> list[Cell]:
    width = COLUMNS // len(names)
    return [
        Cell(
            both(LABELS.get(name) or partial(label, Handoff, name), second),
            both(partial(said, handoff, name), second),
            width,
        )
        for name in names
    ]
