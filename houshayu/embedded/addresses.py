"""Where the embedded servers of a folder listen; starts nothing."""

import hashlib
import os
from pathlib import Path

DATABASE = USER = "houshayu"
# Not tempfile.gettempdir(): two shells with different TMPDIR must find the same servers, and the
# whole path of a socket may have 107 bytes.
RUNTIME = Path("/tmp")


def fingerprint(var: Path) -> str:
    """Ten hex digits that distinguish one folder from another."""
    return hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:10]


def socket_folder(var: Path) -> Path:
    """A short folder for the sockets of this user's servers, however long the path of var is."""
    return RUNTIME / f"houshayu-{os.getuid()}-{fingerprint(var)}"


def database(var: Path) -> dict[str, str]:
    """The embedded database as an entry of Django's DATABASES."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(socket_folder(var)),
        "NAME": DATABASE,
        "USER": USER,
    }


def redis_socket(var: Path) -> Path:
    return socket_folder(var) / "redis.sock"


def redis_url(var: Path) -> str:
    return f"unix://{redis_socket(var)}"
