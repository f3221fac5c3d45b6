from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu import jobs, storing
from houshayu.celery import app
from houshayu.keeping import WORK, personal_fields
from houshayu.moods import Mood

if TYPE_CHECKING:
    from houshayu.models.users import User

RUN_JOB = "houshayu.tasks.run_job"
# A worker that is silent for so long is dead; a waiting job of that age is sent once more.
SILENCE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
FOLDER = "jobs"
# Longer than any job may run.
ORPHANED_AFTER = timedelta(hours=2)


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting to begin")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")

    @property
    def mood(self) -> Mood:
        if self is JobStatus.FAILED:
            return Mood.BAD
        return Mood.GOOD if self is JobStatus.DONE else Mood.WAIT


WORKING = Q(status__in=[JobStatus.QUEUED, JobStatus.RUNNING])


class JobTakenOver(Exception):
    """Another worker does this job by now, or has done it: the caller's work is not wanted."""


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """The jobs the user asked for and may still ask for, and nobody else's."""
        return self.filter(asked_by=user, kind__in=[kind.code for kind in jobs.kinds_for(user)])

    def ask(
        self, kind: str, parameters: Mapping[str, Any], *, total: int, by: User, now: datetime
    ) -> Job:
        """The job, which a worker begins once it is committed.

        kind: the code of a registered kind. total: how much there is to do, in its own units.
        """
        job: Job = self.create(
            kind=jobs.kind_of(kind).code,
            parameters=parameters,
            total=total,
            asked_by=by,
            asked_at=now,
            alive_at=Now(),
        )
        job.send()
        return job

    @transaction.atomic
    def revive(self, *, now: datetime) -> int:
        """Jobs that no worker is doing are sent again; one that was begun three times fails.

        Return how many jobs were sent again. A job whose row is locked is being worked on: what
        its worker does in one transaction shows no sign of life outside.
        """
        silent = list(
            self.filter(WORKING, alive_at__lt=Now() - SILENCE).select_for_update(skip_locked=True)
        )
        dead = [job.pk for job in silent if job.attempts >= MOST_ATTEMPTS]
        self.filter(pk__in=dead).update(status=JobStatus.FAILED, finished_at=now)
        again = [job for job in silent if job.attempts < MOST_ATTEMPTS]
        self.filter(pk__in=[job.pk for job in again]).update(
            status=JobStatus.QUEUED, alive_at=Now()
        )
        for job in again:
            job.send()
        return len(again)

    def forget_files(self, now: datetime) -> int:
        """Delete the files whose time is over, and keep the rows; return how many."""
        old = list(self.exclude(file="").filter(forget_at__lte=now))
        for job in old:
            storing.delete(job.file)
            self.filter(pk=job.pk).update(file="")
        return len(old)

    def seal_again(self) -> int:
        """Every file is under the first key; return how many there were. It can be repeated."""
        with_file = self.exclude(file="").values_list("pk", flat=True)
        for pk in list(with_file):
            with transaction.atomic():
                job = self.select_for_update().exclude(file="").filter(pk=pk).first()
                if job is not None:
                    name = storing.write(FOLDER, job.content(), bound_to=job._binding)
                    self.filter(pk=pk).update(file=name)
                    transaction.on_commit(partial(storing.delete, job.file))
        return len(with_file)

    def forget_orphans(self, now: datetime) -> int:
        """Delete the files of workers that died before a row named them. now: real time."""

        def known(names: Collection[str]) -> set[str]:
            return set(self.filter(file__in=names).values_list("file", flat=True))

        return storing.remove_orphans(FOLDER, known, before=now - ORPHANED_AFTER)


@personal_fields(
    WORK,
    "kind", "parameters", "asked_at", "status", "done", "total", "attempts", "alive_at",
    "finished_at",
    "problem", "file", "forget_at",
)  # fmt: skip
class Job(models.Model):
    """Work in the background, asked for by a user, with the file that comes of it."""

    kind = models.CharField(_("kind"), max_length=40)
    parameters = models.JSONField(_("parameters"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="jobs",
    )
    asked_at = models.DateTimeField(_("requested at"))
    status = models.CharField(
        _("status"), max_length=7, choices=JobStatus, default=JobStatus.QUEUED
    )
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("to do"))
    # How many workers began it; the last of them is the one whose word counts.
    attempts = models.PositiveSmallIntegerField(default=0)
    # Real time, not the demonstration's: it measures how long a worker has been silent.
    alive_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    # The name under which it lies in the storage.
    file = models.CharField(_("file"), max_length=100, blank=True)
    forget_at = models.DateTimeField(_("file deleted"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="job_has_a_kind", condition=~Q(kind="")),
            models.CheckConstraint(
                name="job_status_known", condition=Q(status__in=JobStatus.values)
            ),
            models.CheckConstraint(
                name="job_finished_at_iff_finished",
                condition=WORKING & Q(finished_at=None) | ~WORKING & Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="job_file_only_when_done_and_for_a_time",
                condition=Q(file="") | Q(status=JobStatus.DONE, forget_at__isnull=False),
            ),
            models.CheckConstraint(
                name="job_problem_only_when_failed",
                condition=Q(problem="") | Q(status=JobStatus.FAILED),
            ),
            models.CheckConstraint(
                name="job_done_of_total", condition=Q(total__gte=1) & Q(done__lte=F("total"))
            ),
        ]
        indexes = [
            models.Index(name="job_own", fields=["asked_by", "-asked_at", "-id"]),
            models.Index(name="job_working", fields=["alive_at"], condition=WORKING),
            models.Index(name="job_with_file", fields=["forget_at"], condition=~Q(file="")),
        ]

    def __str__(self) -> str:
        return jobs.kind_of(self.kind).title(self)

    def get_absolute_url(self) -> str:
        return reverse("job_detail", args=[self.pk])

    @property
    def standing(self) -> JobStatus:
        return JobStatus(self.status)

    @property
    def is_working(self) -> bool:
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)

    @property
    def what(self) -> jobs.JobKind:
        """The kind, as its app registered it."""
        return jobs.kind_of(self.kind)

    def send(self) -> None:
        """A worker hears of the job once the present transaction is committed."""
        transaction.on_commit(lambda: app.send_task(RUN_JOB, [self.pk]))

    def start(self) -> bool:
        """The job is this caller's to do; False where it is another's, or finished."""
        waiting = Job.objects.filter(pk=self.pk, status=JobStatus.QUEUED)
        won = waiting.update(
            status=JobStatus.RUNNING, attempts=F("attempts") + 1, done=0, alive_at=Now()
        )
        self.refresh_from_db()
        return bool(won)

    def advance(self, done: int) -> None:
        """So much is done, and the worker lives. Raises JobTakenOver as `_mine` says."""
        self._mine(done=done, alive_at=Now())

    def finish(self, content: bytes, *, now: datetime) -> None:
        """The job is done and its file, if it made one, can be fetched for its kind's time.

        Raises JobTakenOver as `_mine` says; the file is not kept then.
        """
        name = storing.write(FOLDER, content, bound_to=self._binding) if content else ""
        try:
            self._mine(
                status=JobStatus.DONE,
                done=F("total"),
                file=name,
                finished_at=now,
                forget_at=now + self.what.keep_file_for,
            )
        except BaseException:
            if name:
                storing.delete(name)
            raise

    def content(self) -> bytes:
        """The file that came of it. Raises as storing.read does."""
        return storing.read(self.file, bound_to=self._binding)

    def fail(self, *, now: datetime, problem: str = "") -> None:
        """The user who asked sees that it failed, and why if that can be said.

        Raises JobTakenOver as `_mine` says.
        """
        self._mine(status=JobStatus.FAILED, finished_at=now, problem=problem[:300])

    @property
    def _binding(self) -> str:
        return f"job {self.pk}"

    def _mine(self, **changes: Any) -> None:
        """Change the row that this caller started; JobTakenOver where it is another's by now."""
        running = Job.objects.filter(pk=self.pk, status=JobStatus.RUNNING, attempts=self.attempts)
        if not running.update(**changes):
            raise JobTakenOver(self.pk)
