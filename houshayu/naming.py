"""Sentences name a thing by its number; whoever may know who it is reads the name instead.

What is stored and what leaves by e-mail keeps the number: a name is looked up each time somebody
reads the sentence here, for that reader. An app registers how it does so for its own numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from houshayu.models import User

# The names of those of the numbers that the user may know, by number; in one query.
Namer = Callable[[Collection[str], "User"], Mapping[str, str]]

_NAMERS: dict[str, Namer] = {}


def register(pattern: str, namer: Namer) -> None:
    """Numbers of this pattern are named by the namer; called in AppConfig.ready."""
    _NAMERS[pattern] = namer


def named(sentences: Iterable[str], user: User) -> list[str]:
    """The sentences with names for numbers, as far as the user may know them.

    One query for each kind of number that is among them, however many sentences there are.
    """
    found = list(sentences)
    for pattern, namer in _NAMERS.items():
        numbers = {number for sentence in found for number in re.findall(pattern, sentence)}
        if numbers:
            names = namer(numbers, user)
            found = [re.sub(pattern, partial(_name, names), sentence) for sentence in found]
    return found


def _name(names: Mapping[str, str], number: re.Match[str]) -> str:
    return names.get(number[0], number[0])
