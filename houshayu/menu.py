"""What the frame of every page offers: each app declares its own part in AppConfig.ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.functional import Promise

    from houshayu.models import User


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One link of the main menu, for those who hold the permission somewhere."""

    view: str
    label: str | Promise
    permission: str = ""
    """Empty for everybody who is logged in."""
    order: int
    """Where it stands: the lower, the earlier in a day's work."""
    counts: str = ""
    """Which number of the frame stands beside it: unread_messages."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """The list that the field at the top of every page searches by its parameter q."""

    view: str
    permission: str
    label: str | Promise
    placeholder: str | Promise


_ENTRIES: dict[str, Entry] = {}
_SEARCHES: list[Search] = []
# Templates above every page of a demonstration.
_BANNERS: list[str] = []


def register(*entries: Entry, search: Search | None = None, banner: str = "") -> None:
    """Let the frame offer these; called in AppConfig.ready."""
    _ENTRIES.update({entry.view: entry for entry in entries})
    if search and search not in _SEARCHES:
        _SEARCHES.append(search)
    if banner and banner not in _BANNERS:
        _BANNERS.append(banner)


def entries_for(user: User | AnonymousUser) -> list[Entry]:
    """What the user may open, in the order of a day's work; nothing for a stranger."""
    if not user.is_authenticated:
        return []
    every = sorted(_ENTRIES.values(), key=lambda entry: entry.order)
    return [each for each in every if not each.permission or user.has_perm(each.permission)]


def entry(view: str) -> Entry | None:
    """What the menu offers of this view."""
    return _ENTRIES.get(view)


def search_for(user: User | AnonymousUser) -> Search | None:
    """What the user can search from every page."""
    mine = (each for each in _SEARCHES if user.is_authenticated and user.has_perm(each.permission))
    return next(mine, None)


def banners() -> list[str]:
    return list(_BANNERS)
