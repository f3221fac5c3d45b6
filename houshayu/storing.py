"""What a storage keeps that no row knows any more, and how it goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from django.core.files.storage import Storage

BATCH = 500


def remove_orphans(
    storage: Storage,
    folder: str,
    known: Callable[[Collection[str]], Collection[str]],
    *,
    before: datetime,
) -> int:
    """Delete the files at and below the folder that no row names; return how many.

    known: of some names, those that rows have. before: real time; younger files stay, for the
    row of one that is just being written is not committed yet.
    """
    removed, batch = 0, []
    for name in _names(storage, folder):
        batch.append(name)
        if len(batch) == BATCH:
            removed += _remove(storage, batch, known, before)
            batch = []
    return removed + _remove(storage, batch, known, before)


def _names(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in files if name)
    for inner in folders:
        yield from _names(storage, prefix + inner)


def _remove(
    storage: Storage,
    names: list[str],
    known: Callable[[Collection[str]], Collection[str]],
    before: datetime,
) -> int:
    orphans = set(names) - set(known(names))
    old = [name for name in orphans if storage.get_modified_time(name) < before]
    for name in old:
        storage.delete(name)
    return len(old)
