import base64
import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")


def load_or_create(var: Path) -> dict[str, str]:
    """The secrets of this folder: SECRET_KEY, FIELD_KEYS and BLIND_INDEX_KEY.

    They are made once, in a file only its owner can read. Losing it makes what was encrypted
    unreadable, so it lives and goes with the data. Where the folder can't be written, secrets
    for this process alone are returned: nothing can be stored there either. Raises ValueError
    for a file that is not whole.
    """
    path = var / "secrets.json"
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(40),
    }
    try:
        var.mkdir(parents=True, exist_ok=True)
        # Two processes may start at once: the file appears whole, and the first one stays.
        own = path.with_suffix(f".{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(json.dumps(made))
        try:
            os.link(own, path)
        finally:
            own.unlink()
    except FileExistsError:
        return _read(path)
    except OSError:
        return made
    return made


def _read(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_text())
        return {name: known[name] for name in NAMES}
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is damaged") from None
