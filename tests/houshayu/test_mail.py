from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from django.core.mail import get_connection
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from houshayu import mail, telling
from houshayu.models import MailStatus, Message, Role, User
from tests.factories import make_user, real_place, tell_user

pytestmark = pytest.mark.django_db(transaction=True)


class Postbox(Handler):
    """A mail server that keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


@pytest.fixture
def postbox(settings: object) -> Iterator[Postbox]:
    yield from serving(Postbox(), settings)


def serving(box: Postbox, settings: object) -> Iterator[Postbox]:
    """The box while it answers as the mail server of the settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST = "127.0.0.1"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = port  # type: ignore[attr-defined]
    yield box
    server.stop()


@pytest.fixture
def recipient() -> User:
    return make_user(
        role=Role.COMMUNITY_WORKER, place=real_place("gucheng"), email="worker@houshayu.example"
    )


def queue(recipient: User, many: int = 1) -> None:
    """As many messages of one line each, whose quarters of an hour are over."""
    for number in range(many):
        tell_user(recipient, now=timezone.now() - timedelta(minutes=15 * (number + 1)))


def statuses() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("mail_status", flat=True))


def test_a_message_arrives_once_though_two_workers_send(postbox: Postbox, recipient: User) -> None:
    queue(recipient, 9)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while mail.send_queued(timezone.now(), limit=2):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len({each["Message-ID"] for each in postbox.mails}) == len(postbox.mails) == 9
    assert statuses() == [MailStatus.SENT] * 9


def test_a_mail_says_where_to_look_and_to_whom_it_goes(postbox: Postbox, recipient: User) -> None:
    queue(recipient)

    mail.send_queued(timezone.now())

    (sent,) = postbox.mails
    assert sent["To"] == "worker@houshayu.example"
    assert sent.get_payload().strip().endswith("/cases/HSY-000000/")


def test_lines_of_one_kind_are_one_mail_and_what_comes_later_leaves_alone(
    postbox: Postbox, recipient: User
) -> None:
    quarter = telling.quarter_of(timezone.now()) - telling.QUARTER
    tell_user(recipient, 3, now=quarter)
    mail.send_queued(timezone.now())
    tell_user(recipient, now=quarter + timedelta(minutes=14))
    mail.send_queued(timezone.now())

    first, second = (each.get_payload() for each in postbox.mails)
    assert [first.count("/cases/"), second.count("/cases/")] == [3, 1]
    assert (Message.objects.count(), statuses()) == (1, [MailStatus.SENT])


def test_a_line_that_comes_while_the_mail_leaves_is_not_forgotten(
    postbox: Postbox, recipient: User
) -> None:
    quarter = telling.quarter_of(timezone.now()) - telling.QUARTER
    tell_user(recipient, now=quarter)
    with transaction.atomic():
        (claimed,) = Message.objects.claim_for_mail(limit=1, now=timezone.now())
    tell_user(recipient, now=quarter)

    mail._send_one(claimed, get_connection(), timezone.now())
    assert statuses() == [MailStatus.QUEUED]
    mail.send_queued(timezone.now())

    assert (len(postbox.mails), statuses()) == (2, [MailStatus.SENT])


def test_what_is_urgent_leaves_at_once_and_the_rest_when_its_quarter_is_over(
    postbox: Postbox, recipient: User
) -> None:
    now = timezone.now()
    tell_user(recipient, now=now)
    tell_user(recipient, now=now, kind="alert")

    mail.send_queued(now)
    assert len(postbox.mails) == 1
    mail.send_queued(now + telling.QUARTER)

    assert len(postbox.mails) == 2


def test_without_a_mail_server_a_message_waits_and_leaves_later(
    postbox: Postbox, recipient: User, settings: object
) -> None:
    queue(recipient)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1  # type: ignore[attr-defined]

    assert mail.send_queued(timezone.now()) == 0
    assert statuses() == [MailStatus.QUEUED]
    settings.EMAIL_PORT = port  # type: ignore[attr-defined]
    mail.send_queued(timezone.now())

    assert (len(postbox.mails), statuses()) == (1, [MailStatus.SENT])


class Hangup(Postbox):
    """A mail server that takes a message and is gone before it says so."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await super().handle_DATA(server, session, envelope)
        server.transport.close()
        return "250 never heard"


def test_a_message_the_server_may_have_is_not_sent_again_by_itself(
    recipient: User, settings: object
) -> None:
    box = Hangup()
    for _server in serving(box, settings):
        queue(recipient, 2)

        mail.send_queued(timezone.now(), limit=1)
        mail.send_queued(timezone.now())
        mail.send_queued(timezone.now())

    assert (len(box.mails), statuses()) == (2, [MailStatus.UNCERTAIN] * 2)


def test_what_a_dead_sender_left_is_decided_by_a_person(
    postbox: Postbox, recipient: User, coordinator: User
) -> None:
    queue(recipient)
    now = timezone.now()
    with transaction.atomic():
        Message.objects.claim_for_mail(limit=1, now=now)

    mail.send_queued(now + timedelta(minutes=9))
    assert statuses() == [MailStatus.SENDING]
    mail.send_queued(now + timedelta(minutes=11))
    assert (statuses(), postbox.mails) == ([MailStatus.UNCERTAIN], [])
    client = Client()
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    message = Message.objects.get()
    client.post(reverse("outbox_settle", args=[message.pk]), {"decision": "again"})
    mail.send_queued(timezone.now())

    assert (len(postbox.mails), statuses()) == (1, [MailStatus.SENT])


def test_what_a_dead_sender_left_is_decided_once_on_the_page_in_the_list_or_by_the_api(
    recipient: User, coordinator: User, stranger: User
) -> None:
    queue(recipient, 4)
    with transaction.atomic():
        Message.objects.claim_for_mail(limit=4, now=timezone.now())
    Message.objects.update(mail_status=MailStatus.UNCERTAIN)
    one, two, three, four = Message.objects.order_by("pk")
    client, api = Client(), APIClient()
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    api.force_authenticate(coordinator)

    client.post(reverse("outbox_settle", args=[one.pk]), {"decision": "leave"})
    bulk = {"act": "again", "chosen": [one.pk, two.pk]}
    results = client.post(reverse("outbox_bulk"), bulk).context["results"]
    answers = [
        api.post(f"/api/mails/{three.pk}/settle/", {"decision": "again"}, format="json")
        for _ in range(2)
    ]
    wrong = api.post(f"/api/mails/{four.pk}/settle/", {"decision": "never"}, format="json")

    assert [bool(each.refused) for each in results] == [True, False]
    assert [each.status_code for each in answers] == [200, 409]
    assert (wrong.status_code, list(wrong.json())) == (400, ["decision"])
    assert list(Message.objects.order_by("pk").values_list("mail_status", flat=True)) == [
        "sent",
        "queued",
        "queued",
        "uncertain",
    ]
    page = client.get(reverse("outbox"), {"status": "uncertain"}).context["page"]
    left = api.get("/api/mails/", {"status": "uncertain"}).json()["results"]
    assert [each.pk for each in page.rows] == [each["id"] for each in left] == [four.pk]
    api.force_authenticate(stranger)
    assert api.get("/api/mails/").status_code == 403


def test_nothing_leaves_a_demonstration(
    postbox: Postbox, recipient: User, settings: object
) -> None:
    queue(recipient)
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]

    assert mail.send_queued(timezone.now()) == 0
    assert (postbox.mails, statuses()) == ([], [MailStatus.QUEUED])
