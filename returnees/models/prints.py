from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import ACCESS_LOG, personal_fields
from returnees.keeping import PRINTED

if TYPE_CHECKING:
    from houshayu.models import User

# A finished file holds many people's sheets at once; it is there to be fetched, not to be kept.
KEEP_FILES_FOR = timedelta(days=PRINTED.days)


class SheetKind(models.TextChoices):
    """The sheets that are printed of a case; also their names in addresses and file names."""

    REGISTRATION = "registration", _("Registration sheet")
    NOTICE = "notice", _("Observation notice")
    COMMITMENT = "commitment", _("Commitment letter")
    CERTIFICATE = "certificate", _("Release certificate")


class PrintStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting to be printed")
    RUNNING = "running", _("Being printed")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Printing failed")


WORKING = Q(status__in=[PrintStatus.QUEUED, PrintStatus.RUNNING])


def file_path(job: PrintJob, _filename: str) -> str:
    """A path that tells nothing about the cases, and that nobody guesses."""
    return f"prints/{uuid.uuid4()}.pdf"


class PrintJobQuerySet(models.QuerySet["PrintJob"]):
    def visible_to(self, user: User) -> PrintJobQuerySet:
        """The jobs the user asked for, and nobody else's."""
        return self.filter(asked_by=user)

    def queue(
        self, sheet: str, numbers: Iterable[str], *, by: User, language: str, now: datetime
    ) -> PrintJob:
        """The job that prints this sheet of these cases; returnees.tasks.print_job does it.

        language: the second language of every sheet, or "" for each person's own.
        """
        numbers = list(numbers)
        return self.create(
            sheet=sheet,
            numbers=numbers,
            total=len(numbers),
            language=language,
            asked_by=by,
            created_at=now,
        )

    def forget_files(self, now: datetime) -> int:
        """Delete the files finished a day ago; return how many. The row says who printed what."""
        old = list(self.exclude(file="").filter(finished_at__lte=now - KEEP_FILES_FOR))
        for job in old:
            job.file.delete(save=False)
            self.filter(pk=job.pk).update(file="")
        return len(old)


@personal_fields(PRINTED, "file")
@personal_fields(
    ACCESS_LOG, "sheet", "numbers", "language", "status", "done", "total", "created_at",
    "finished_at",
)  # fmt: skip
class PrintJob(models.Model):
    """One sheet of many cases, printed into one file for the person who asked for it."""

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="print_jobs",
    )
    sheet = models.CharField(_("sheet"), max_length=12, choices=SheetKind)
    numbers = ArrayField(models.CharField(max_length=10), verbose_name=_("case numbers"))
    language = models.CharField(
        _("second language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    status = models.CharField(
        _("status"), max_length=7, choices=PrintStatus, default=PrintStatus.QUEUED
    )
    done = models.PositiveIntegerField(_("sheets done"), default=0)
    total = models.PositiveIntegerField(_("sheets to print"))
    file = models.FileField(_("file"), upload_to=file_path, blank=True)
    created_at = models.DateTimeField(_("asked for"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = PrintJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("print job")
        verbose_name_plural = _("print jobs")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="printjob_language_known",
                condition=Q(language__in=["", *(code for code, _name in settings.LANGUAGES)]),
            ),
            models.CheckConstraint(
                name="printjob_sheet_known", condition=Q(sheet__in=SheetKind.values)
            ),
            models.CheckConstraint(
                name="printjob_status_known", condition=Q(status__in=PrintStatus.values)
            ),
            models.CheckConstraint(
                name="printjob_finished_at_iff_finished",
                condition=WORKING & Q(finished_at=None, file="")
                | ~WORKING & Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="printjob_done_of_total",
                condition=Q(total__gte=1) & Q(done__lte=F("total")),
            ),
        ]
        indexes = [
            models.Index(name="printjob_with_file", fields=["finished_at"], condition=~Q(file=""))
        ]

    def __str__(self) -> str:
        return f"{self.get_sheet_display()} × {self.total}"

    def get_absolute_url(self) -> str:
        return reverse("returnees:print_job", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.status in (PrintStatus.QUEUED, PrintStatus.RUNNING)

    def start(self) -> bool:
        """The job is being printed; False where it is finished already.

        One whose worker died is started again from its first sheet.
        """
        return bool(
            PrintJob.objects.filter(WORKING, pk=self.pk).update(status=PrintStatus.RUNNING, done=0)
        )

    def advance(self, done: int) -> None:
        """So many sheets are laid out."""
        PrintJob.objects.filter(pk=self.pk, status=PrintStatus.RUNNING).update(done=done)

    def finish(self, pdf: bytes, *, now: datetime) -> None:
        """The file can be fetched. Where a second worker was faster, its file stays."""
        self.file.save("", ContentFile(pdf), save=False)
        won = PrintJob.objects.filter(WORKING, pk=self.pk).update(
            status=PrintStatus.DONE, done=F("total"), file=self.file.name, finished_at=now
        )
        if not won:
            self.file.delete(save=False)

    def fail(self, *, now: datetime) -> None:
        """The one who asked is told that it did not work."""
        PrintJob.objects.filter(WORKING, pk=self.pk).update(
            status=PrintStatus.FAILED, finished_at=now
        )
