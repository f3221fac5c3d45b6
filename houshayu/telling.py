"""Telling people: lines in their language go into their inboxes, and out by e-mail.

Lines of one kind, place and quarter of an hour are one message to each reader, which names
them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from houshayu import kinds
from houshayu.models import MailStatus, Membership, Message, MessageLine, Place, User

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line for the inboxes of some people."""

    kind: str
    place: Place | None
    key: str
    """What it is about: the same thing reaches a recipient once."""
    text: Callable[[], str]
    """The line, in the active language."""
    url: str
    recipients: Sequence[User]
    about_id: int | None = None
    """Of a duty: which of its rows it is, so that one can ask whether it is done."""
    occurrence: str = ""


class Members:
    """Who works at some places or above them; read in one query."""

    def __init__(self, places: Iterable[Place]) -> None:
        above = {pk for place in places for pk in place.ancestors}
        memberships = Membership.objects.filter(place__in=above, user__is_active=True)
        self._at: dict[int, list[tuple[str, User]]] = defaultdict(list)
        for membership in memberships.select_related("user").order_by("pk") if above else ():
            self._at[membership.place_id].append((membership.role, membership.user))

    def over(self, place: Place, roles: Iterable[str]) -> list[User]:
        """Active users with one of the roles at the place or above it, each once."""
        wanted = set(roles)
        return list(
            dict.fromkeys(
                user for pk in place.ancestors for role, user in self._at[pk] if role in wanted
            )
        )


def mail_status_for(user: User) -> str:
    """Whether a message to this user also goes by e-mail, and whether it may leave."""
    if not user.email:
        return MailStatus.NONE
    return MailStatus.HELD if settings.DEMONSTRATION else MailStatus.QUEUED


def quarter_of(now: datetime) -> datetime:
    """The beginning of the quarter of an hour."""
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


# A recipient, kind and place; with the quarter of an hour they make a message.
Group = tuple[int, str, int | None]


@transaction.atomic
def tell(lines: Iterable[Line], *, now: datetime) -> None:
    """Put the lines into the inboxes of their recipients; one that is there stays as it is.

    A message that was read and gets another line is unread again, and what has left by e-mail
    leaves once more with the new line alone.
    """
    wanted = {(user.pk, line.key): (line, user) for line in lines for user in line.recipients}
    if not wanted:
        return
    known = MessageLine.objects.filter(
        recipient__in={recipient for recipient, _key in wanted}, key__in={k for _r, k in wanted}
    )
    for pair in known.values_list("recipient", "key"):
        wanted.pop(pair, None)
    if not wanted:
        return
    by_group: dict[Group, list[tuple[Line, User]]] = defaultdict(list)
    for line, user in wanted.values():
        by_group[user.pk, line.kind, line.place.pk if line.place else None].append((line, user))
    messages = _messages(by_group, now)
    MessageLine.objects.bulk_create(
        (
            _line(messages[group], line, user)
            for group, pairs in by_group.items()
            for line, user in pairs
        ),
        ignore_conflicts=True,
    )
    Message.objects.filter(pk__in=[message.pk for message in messages.values()]).renew()


def _messages(
    by_group: dict[Group, list[tuple[Line, User]]], now: datetime
) -> dict[Group, Message]:
    """A message of this quarter for each group, locked until the transaction ends."""
    quarter = quarter_of(now)
    # In one order for everybody, so that two calls at once never deadlock.
    groups = sorted(by_group, key=str)
    Message.objects.bulk_create(
        (
            Message(
                recipient_id=recipient,
                kind=kind,
                place_id=place,
                quarter=quarter,
                created_at=now,
                mail_status=mail_status_for(by_group[recipient, kind, place][0][1]),
                mail_from=now if kinds.is_urgent(kind) else quarter + QUARTER,
            )
            for recipient, kind, place in groups
        ),
        ignore_conflicts=True,
    )
    there = Message.objects.filter(
        quarter=quarter,
        recipient__in={recipient for recipient, _kind, _place in groups},
        kind__in={kind for _recipient, kind, _place in groups},
    )
    return {
        group: message
        for message in there.select_for_update().order_by("pk")
        if (group := (message.recipient_id, message.kind, message.place_id)) in by_group
    }


def _line(message: Message, line: Line, user: User) -> MessageLine:
    with override(user.language):
        text = line.text()
    return MessageLine(
        message=message,
        recipient=user,
        key=line.key,
        text=text,
        url=line.url,
        about_id=line.about_id,
        occurrence=line.occurrence,
    )
