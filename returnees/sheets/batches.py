"""One sheet of many cases in one file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from houshayu import printing
from returnees.models import Case, PrintJob
from returnees.sheets import SHEETS, printable, with_everything


def run(job: PrintJob, *, now: datetime) -> None:
    """The job's file is ready, or the job has failed and the error is raised.

    Nothing happens where it is finished already. Run again after a worker died, it begins again.
    """
    if not job.start():
        return
    try:
        pdf = printing.many_pdfs(_sheets(job), job.advance)
    except Exception:
        job.fail(now=now)
        raise
    job.finish(pdf, now=now)


def _sheets(job: PrintJob) -> Iterator[str]:
    """The sheets of the cases that the one who asked may still print, in order of number."""
    in_hands = Case.objects.in_hands_of(job.asked_by, "returnees.print_case")
    cases = printable(in_hands.filter(number__in=job.numbers), job.sheet).order_by("number")
    for case in with_everything(cases):
        yield SHEETS[job.sheet](case, job.language)
