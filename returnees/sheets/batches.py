"""One sheet of many cases in one file: a kind of job."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from houshayu import printing
from houshayu.jobs import JobKind, Progress
from houshayu.models import Job, User
from returnees.models import Case
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
    return printing.many_pdfs(_sheets(job), progress)


def _sheets(job: Job) -> Iterator[str]:
    """The sheets of the cases that the one who asked may still print, in order of number."""
    sheet, language = job.parameters["sheet"], job.parameters["language"]
    in_hands = Case.objects.in_hands_of(job.asked_by, "returnees.print_case")
    chosen = in_hands.filter(number__in=job.parameters["numbers"])
    for case in with_everything(printable(chosen, sheet).order_by("number")):
        yield SHEETS[sheet](case, language)


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
