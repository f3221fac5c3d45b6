"""The workers' side of a job: doing it once, in the name of the one who asked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import pghistory
from django.core.exceptions import PermissionDenied
from django.utils import translation

from houshayu.exceptions import Conflict
from houshayu.models import Job
from houshayu.models.jobs import JobTakenOver

logger = logging.getLogger(__name__)


def run(job: Job, *, now: Callable[[], datetime]) -> None:
    """The job is done, or has failed and the error is raised.

    Nothing happens where another worker has begun it, or it is finished already. What the work
    changes is in the history as done by the one who asked, who must still hold the permission.
    """
    if not job.start():
        return
    author, kind = job.asked_by, job.what
    with (
        pghistory.context(user=author.pk, job=job.pk, at=now().isoformat()),
        translation.override(author.language),
    ):
        try:
            if not author.has_perm(kind.permission):
                raise PermissionDenied(kind.permission)
            content = kind.work(job, job.advance)
            job.finish(content, now=now())
        except JobTakenOver:
            logger.warning("Job %s was taken over by another worker", job.pk)
        except Exception as error:
            job.fail(now=now(), problem=str(error) if isinstance(error, Conflict) else "")
            raise
