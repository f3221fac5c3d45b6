"""Work in the background: done once, by whoever is alive, in the name of the one who asked."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from pghistory.models import Events

from houshayu import jobs, storing, tasks
from houshayu.exceptions import Conflict
from houshayu.jobs import JobKind, Progress
from houshayu.models import Job, JobStatus, Membership, Place, User
from houshayu.models.jobs import FOLDER, MOST_ATTEMPTS, ORPHANED_AFTER, SILENCE, JobTakenOver
from houshayu.privacy.fields import Undecryptable
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
Work = Callable[[Job, Progress], bytes]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    yield tmp_path


def count(job: Job, progress: Progress) -> bytes:
    for number in range(1, job.total + 1):
        progress(number)
    return b"counted"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make a kind known for this test."""

    def known(work: Work = count, *, code: str = "count", permission: str = "") -> None:
        kind = JobKind(
            code=code,
            label="Counting",
            permission=permission or "returnees.view_case",
            work=work,
            title=lambda job: f"{code} to {job.total}",
            file_name=lambda job: f"{code}-{job.pk}.txt",
            media_type="text/plain",
            keep_file_for=timedelta(hours=2),
            asked_at="returnees:case_list",
        )
        monkeypatch.setitem(jobs._kinds, code, kind)

    return known


def files(media: Path) -> list[Path]:
    """What jobs left in the storage."""
    return [path for path in media.glob("jobs/**/*") if path.is_file()]


def ask(by: User, *, kind: str = "count", total: int = 3) -> Job:
    return Job.objects.ask(kind, {}, total=total, by=by, now=NOW)


def fall_silent(job: Job) -> None:
    """As if the worker's last sign of life, or the last sending, were too long ago."""
    long_ago = timezone.now() - SILENCE - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(alive_at=long_ago)


def test_a_job_is_sent_once_it_is_committed_and_leaves_its_file(
    sender: User, register: Callable[..., None], django_capture_on_commit_callbacks: Any
) -> None:
    register()
    with django_capture_on_commit_callbacks() as sent:
        job = ask(sender)
    assert len(sent) == 1

    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.done, job.problem) == (JobStatus.DONE, 3, "")
    assert job.content() == b"counted"
    assert job.forget_at == job.finished_at + timedelta(hours=2)  # type: ignore[operator]


def test_a_task_that_is_delivered_twice_does_the_work_once(
    sender: User, register: Callable[..., None], media: Path
) -> None:
    runs: list[int] = []

    def work(job: Job, progress: Progress) -> bytes:
        runs.append(job.pk)
        tasks.run_job(job.pk)  # the second delivery, while this one is at work
        return b"done"

    register(work)
    job = ask(sender)

    tasks.run_job(job.pk)
    tasks.run_job(job.pk)

    assert runs == [job.pk]
    assert len(files(media)) == 1


def test_a_job_whose_worker_died_is_begun_by_another(
    sender: User, register: Callable[..., None], django_capture_on_commit_callbacks: Any
) -> None:
    register()
    job = ask(sender)
    assert job.start()
    job.advance(2)

    assert Job.objects.revive(now=NOW) == 0  # it gave a sign of life just now
    fall_silent(job)
    with django_capture_on_commit_callbacks() as sent:
        assert Job.objects.revive(now=NOW) == 1
    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (len(sent), job.status, job.attempts) == (1, JobStatus.DONE, 2)


def test_a_worker_that_was_taken_for_dead_changes_nothing_any_more(
    sender: User, register: Callable[..., None], media: Path
) -> None:
    register()
    slow = ask(sender)
    assert slow.start()
    fall_silent(slow)
    Job.objects.revive(now=NOW)
    tasks.run_job(slow.pk)

    with pytest.raises(JobTakenOver):
        slow.advance(3)
    with pytest.raises(JobTakenOver):
        slow.finish(b"too late", now=NOW)

    assert Job.objects.get().content() == b"counted"
    assert len(files(media)) == 1


def test_a_job_that_kills_its_workers_fails_in_the_end(
    sender: User, register: Callable[..., None]
) -> None:
    register()
    job = ask(sender)
    for _attempt in range(MOST_ATTEMPTS):
        assert job.start()
        fall_silent(job)
        Job.objects.revive(now=NOW)

    job.refresh_from_db()
    assert (job.status, job.attempts, job.finished_at) == (JobStatus.FAILED, MOST_ATTEMPTS, NOW)


def test_a_job_that_was_lost_on_the_way_is_sent_again(
    sender: User, register: Callable[..., None], django_capture_on_commit_callbacks: Any
) -> None:
    register()
    job = ask(sender)
    fall_silent(job)

    with django_capture_on_commit_callbacks() as sent:
        assert (Job.objects.revive(now=NOW), Job.objects.revive(now=NOW)) == (1, 0)

    assert len(sent) == 1
    assert Job.objects.get().attempts == 0


def test_what_the_work_changes_is_in_the_history_as_done_by_the_one_who_asked(
    sender: User, community: Place, register: Callable[..., None]
) -> None:
    colleague = make_user()

    def work(job: Job, progress: Progress) -> bytes:
        Membership.objects.create(user=colleague, place=community, role="medical_member")
        return b""

    register(work)
    job = ask(sender)

    tasks.run_job(job.pk)

    event = Events.objects.get(
        pgh_model="houshayu.MembershipEvent", pgh_data__role="medical_member"
    )
    assert (event.pgh_context["user"], event.pgh_context["job"]) == (sender.pk, job.pk)
    assert not Job.objects.get().file


class TooLate(Conflict):
    """A refusal of the toy's."""


def test_why_it_was_refused_is_shown_in_the_language_of_the_one_who_asked(
    client: Client, sender: User, register: Callable[..., None]
) -> None:
    def work(job: Job, progress: Progress) -> bytes:
        raise TooLate(_("This alert has already been settled."))

    register(work)
    job = ask(sender)
    with translation.override("en"), pytest.raises(TooLate):
        tasks.run_job(job.pk)

    client.force_login(sender)
    assert "该预警已处置" in client.get(job.get_absolute_url()).content.decode()


def test_somebody_who_lost_the_permission_gets_nothing_done_and_sees_nothing(
    client: Client, sender: User, register: Callable[..., None]
) -> None:
    register()
    done, waiting = ask(sender), ask(sender)
    tasks.run_job(done.pk)
    sender.memberships.all().delete()

    with pytest.raises(PermissionDenied):
        tasks.run_job(waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, bool(waiting.file)) == (JobStatus.FAILED, False)
    client.force_login(sender)
    assert client.get(reverse("job_file", args=[done.pk])).status_code == 404


def test_a_file_is_deleted_when_its_time_is_over_and_the_job_stays(
    client: Client, sender: User, register: Callable[..., None], media: Path
) -> None:
    register()
    old, young = ask(sender), ask(sender)
    for job, at in ((old, NOW), (young, NOW + timedelta(hours=1))):
        assert job.start()
        job.finish(b"secret", now=at)

    assert Job.objects.forget_files(NOW + timedelta(hours=2)) == 1

    assert len(files(media)) == 1
    assert [bool(job.file) for job in Job.objects.order_by("pk")] == [False, True]
    client.force_login(sender)
    assert "hx-trigger" not in client.get(old.get_absolute_url()).content.decode()
    assert client.get(reverse("job_file", args=[old.pk])).status_code == 404


def test_the_file_lies_encrypted_and_is_read_by_its_own_job_alone(
    client: Client, sender: User, register: Callable[..., None], media: Path
) -> None:
    register()
    one, two = ask(sender), ask(sender)
    for job in (one, two):
        tasks.run_job(job.pk)
        job.refresh_from_db()
    client.force_login(sender)

    assert b"".join(client.get(reverse("job_file", args=[one.pk])).streaming_content) == b"counted"
    assert all(b"counted" not in path.read_bytes() for path in files(media))
    one.file = two.file
    with pytest.raises(Undecryptable):
        one.content()


def test_what_a_worker_wrote_before_it_died_is_swept_and_nothing_else(
    sender: User, register: Callable[..., None], media: Path
) -> None:
    register()
    job = ask(sender)
    tasks.run_job(job.pk)
    storing.write(FOLDER, b"nobody's", bound_to="job 0")
    now = timezone.now()

    assert Job.objects.forget_orphans(now) == 0
    assert Job.objects.forget_orphans(now + ORPHANED_AFTER + timedelta(minutes=1)) == 1
    assert len(files(media)) == 1
    assert Job.objects.get().content() == b"counted"


def test_after_rotation_the_old_key_opens_no_file(
    sender: User,
    register: Callable[..., None],
    media: Path,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    register()
    tasks.run_job(ask(sender).pk)
    old, new = settings.FIELD_KEYS, base64.b64encode(os.urandom(32)).decode()

    settings.FIELD_KEYS = [new, *old]
    with django_capture_on_commit_callbacks(execute=True):
        call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]

    assert Job.objects.get().content() == b"counted"
    assert len(files(media)) == 1


def test_the_list_shows_ones_own_and_is_narrowed_by_kind_and_status(
    client: Client, sender: User, stranger: User, register: Callable[..., None]
) -> None:
    register()
    register(code="sum")
    finished, other = ask(sender), ask(sender, kind="sum")
    ask(stranger)
    tasks.run_job(finished.pk)
    client.force_login(sender)

    def listed(**query: str) -> list[Job]:
        return list(client.get(reverse("job_list"), query).context["page"].rows)

    assert listed() == [other, finished]
    assert listed(kind="sum") == [other]
    assert listed(status="done") == [finished]
    assert listed(kind="sum", status="done") == []


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_asks_as_often_for_many_jobs_as_for_one(
    client: Client,
    sender: User,
    register: Callable[..., None],
    n: int,
    django_assert_num_queries: Any,
) -> None:
    register()
    for _number in range(n):
        tasks.run_job(ask(sender).pk)
    client.force_login(sender)

    with django_assert_num_queries(8):
        client.get(reverse("job_list"))


def test_a_code_names_one_kind(register: Callable[..., None]) -> None:
    register()

    with pytest.raises(ValueError, match="count"):
        jobs.register(JobKind("count", "", "", count, str, str, "", timedelta(1), ""))
