"""Files that only the program can read, in a folder or a bucket of any S3 server.

Each is encrypted, bound to the row it belongs to, and lies under a random name. A file is written
before its row is committed; one whose row never was is an orphan, and is swept.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from houshayu.privacy.fields import seal, unseal

BATCH = 500


def storage() -> Storage:
    """Where the files lie."""
    return storages["attachments"]


def write(folder: str, content: bytes, *, bound_to: str) -> str:
    """The name of a new file in the folder; it can be read only with the same bound_to."""
    token = secrets.token_hex(16)
    sealed = seal(content, bound_to=bound_to)
    return storage().save(f"{folder}/{token[:2]}/{token}", ContentFile(sealed))


def read(name: str, *, bound_to: str) -> bytes:
    """The content as it was written.

    Raises Undecryptable where it was changed, or moved here from another row, and
    FileNotFoundError where it is gone.
    """
    with storage().open(name) as file:
        return unseal(bytes(file.read()), bound_to=bound_to)


def delete(name: str) -> None:
    """The file is gone; nothing happens where it was gone already."""
    storage().delete(name)


def remove_orphans(
    folder: str, known: Callable[[Collection[str]], Collection[str]], *, before: datetime
) -> int:
    """Delete the files in the folder that no row names; return how many.

    known: of some names, those that rows have. before: real time; younger files stay, for the
    row of one that is just being written is not committed yet.
    """
    removed: int = 0
    batch: list[str] = []
    for name in _names(folder):
        batch.append(name)
        if len(batch) == BATCH:
            removed += _remove(batch, known, before)
            batch = []
    return removed + _remove(batch, known, before)


def _names(folder: str) -> Iterator[str]:
    try:
        folders, files = storage().listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    yield from (f"{folder}/{name}" for name in files if name)
    for inner in folders:
        yield from _names(f"{folder}/{inner}")


def _remove(
    names: list[str], known: Callable[[Collection[str]], Collection[str]], before: datetime
) -> int:
    orphans = set(names) - set(known(names))
    old = [name for name in orphans if storage().get_modified_time(name) < before]
    for name in old:
        delete(name)
    return len(old)
