"""One sheet of many cases in one file: a kind of job."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from houshayu import printing
from houshayu.bilingual import both
from houshayu.jobs import JobKind, Progress
from houshayu.models import Job, User
from returnees.models import Case, Custody
from returnees.sheets import SHEETS, printable, with_everything
from returnees.sheets.kinds import SheetKind

# A job of this size takes a few minutes; a longer list is printed in parts.
AT_MOST = 500


def ask(sheet: str, numbers: Collection[str], *, by: User, language: str, now: datetime) -> Job:
    """The job that prints this sheet of these cases, at most AT_MOST.

    language: the second language of every sheet, or "" for each person's own.
    """
    parameters = {"sheet": SheetKind(sheet), "numbers": list(numbers), "language": language}
    return Job.objects.ask(KIND.code, parameters, total=len(numbers), by=by, now=now)


def run(job: Job, progress: Progress) -> bytes:
    """The file of the sheets. Raises ValueError where the one who asked may print none by now."""
    by_hand: list[ByHand] = []
    title = f"{both(SheetKind(job.parameters['sheet']).label)} × {job.total}"
    return printing.many_pdfs(
        _sheets(job, by_hand), progress, title=title, cover=lambda: _cover(by_hand, title)
    )


class ByHand(NamedTuple):
    """A sheet with gaps, and the characters that belong there."""

    case: Case
    characters: list[str]

    @property
    def room(self) -> str:
        return _room(self.case)


def _sheets(job: Job, by_hand: list[ByHand]) -> Iterator[str]:
    """The sheets of the cases that the one who asked may still print, room by room.

    by_hand: filled with those that have gaps.
    """
    sheet, language = job.parameters["sheet"], job.parameters["language"]
    in_hands = Case.objects.in_hands_of(job.asked_by, "returnees.print_case")
    chosen = in_hands.filter(number__in=job.parameters["numbers"])
    for case in sorted(with_everything(printable(chosen, sheet)), key=_place_and_room):
        html = SHEETS[sheet](case, language)
        if characters := printing.unprintable(html):
            by_hand.append(ByHand(case, characters))
        yield html


def _place_and_room(case: Case) -> tuple[str, list[tuple[int, str]], str]:
    """What sheets are sorted by: the place, the room there or the dwelling, the number."""
    return str(_last_custody(case).place), _as_people_count(_room(case)), case.number


def _last_custody(case: Case) -> Custody:
    """The present one, or the one that a closed case ended in."""
    return list(case.custodies.all())[-1]


def _room(case: Case) -> str:
    """The room in the hotel, else the dwelling to the door."""
    place_id = _last_custody(case).place_id
    rooms = [stay.room for stay in case.stays.all() if stay.room.place_id == place_id]
    return rooms[-1].number if rooms else case.dwelling


def _as_people_count(room: str) -> list[tuple[int, str]]:
    """To sort by: 9 before 10, and 3-902 before 3-1001."""
    parts: list[str] = re.findall(r"[0-9]+|[^0-9]+", room)
    return [(int(part), "") if part[0] in "0123456789" else (-1, part) for part in parts]


def _cover(by_hand: list[ByHand], title: str) -> str:
    """What is to be written by hand, on top of the sheets; nothing where all could be printed."""
    if not by_hand:
        return ""
    return render_to_string("returnees/batch_by_hand.html", {"by_hand": by_hand, "name": title})


def _title(job: Job) -> str:
    return f"{SheetKind(job.parameters['sheet']).label} × {job.total}"


def _file_name(job: Job) -> str:
    return f"{job.parameters['sheet']}-{job.pk}.pdf"


KIND = JobKind(
    code="print_sheets",
    label=_("Printing of sheets"),
    permission="returnees.print_case",
    work=run,
    title=_title,
    file_name=_file_name,
    media_type="application/pdf",
    # It holds many people's sheets at once; it is there to be fetched, not to be kept.
    keep_file_for=timedelta(hours=24),
    asked_at="returnees:case_list",
)
