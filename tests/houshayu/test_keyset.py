"""Paging by key: every row once, whatever its moment, and no page for a made-up key."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from houshayu import keyset
from houshayu.keyset import KeysetPage, keyset_page
from houshayu.models import Message, User
from tests.factories import NOW, make_user, tell_user

FRACTION = NOW + timedelta(microseconds=123_456)


def receive(user: User, many: int) -> None:
    """As many messages, all of one moment, as a reminder sends them."""
    for number in range(many):
        tell_user(user, now=FRACTION, kind=str(number))


def page(query: str, order: list[str]) -> KeysetPage[Message]:
    request = RequestFactory().get("/", QueryDict(query).dict())
    return keyset_page(request, Message.objects.all(), order=order, size=2)


@pytest.mark.django_db
@pytest.mark.parametrize("order", [["-created_at", "-id"], ["created_at", "id"]])
def test_rows_of_one_moment_all_stand_on_some_page_and_once(order: list[str]) -> None:
    receive(make_user(), 5)

    seen, query = [], ""
    while (not seen or query) and len(seen) < 10:
        found = page(query, order)
        seen += [int(row.kind) for row in found.rows]
        query = found.next

    assert sorted(seen) == [0, 1, 2, 3, 4]


@pytest.mark.django_db
def test_the_way_back_leads_over_the_same_rows() -> None:
    receive(make_user(), 5)
    first = page("", ["-created_at", "-id"])
    second = page(first.next, ["-created_at", "-id"])

    back = page(second.previous, ["-created_at", "-id"])

    assert back.rows == first.rows


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["", "-"])
def test_rows_without_a_value_all_stand_on_some_page_and_once(sign: str) -> None:
    user = make_user()
    receive(user, 5)
    Message.objects.filter(kind__in=["1", "3"]).update(read_at=FRACTION)
    unread = ExpressionWrapper(Q(read_at=None), output_field=BooleanField())
    rows = Message.objects.annotate(unread_last=unread, seen_at=F("read_at"))
    order = ["unread_last", f"{sign}seen_at", f"{sign}id"]

    seen, query = [], ""
    while (not seen or query) and len(seen) < 10:
        request = RequestFactory().get("/", QueryDict(query).dict())
        found = keyset_page(request, rows, order=order, size=2)
        seen += [int(row.kind) for row in found.rows]
        query = found.next

    first, last = [1, 3], [0, 2, 4]
    assert seen == (first[::-1] + last[::-1] if sign else first + last)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "made_up",
    [
        ["abc", 1],
        [None, 1],
        [1, 1],
        [NOW.isoformat(), "x"],
        [NOW.isoformat(), 10**30],
        ["2020-03-20", 1],
        ["0001-01-01T00:00:00+14:00", 1],
        [NOW.isoformat()],
        {"a": 1},
        None,
    ],
)
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_key_that_is_not_ours_breaks_no_page(client: Client, made_up: Any, side: str) -> None:
    client.force_login(make_user(), "houshayu.access.MembershipBackend")
    key = base64.urlsafe_b64encode(json.dumps(made_up).encode()).decode()

    assert client.get(reverse("inbox"), {side: key}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("key", [b"[" * 3000, b"\xff", b"{", b'["\\u0000", 1]'])
def test_a_key_that_is_no_json_breaks_no_page(client: Client, key: bytes) -> None:
    client.force_login(make_user(), "houshayu.access.MembershipBackend")

    answer = client.get(reverse("inbox"), {"after": base64.urlsafe_b64encode(key).decode()})

    assert answer.status_code == 200


@pytest.mark.django_db
def test_a_far_page_is_begun_by_the_index_and_not_read_up_to() -> None:
    beyond = keyset._beyond(["-created_at", "-id"], [NOW, 7])
    inbox = Message.objects.for_user(make_user()).filter(beyond).order_by("-created_at", "-id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = inbox[:51].explain()

    assert re.search(r"Index Cond: .*created_at <= ", plan)
