"""The embedded servers the suite runs on: a pytest plugin, loaded before Django is set up."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from houshayu.embedded.servers import Postgres, Redis

ROOT = Path(__file__).resolve().parent.parent
# What a freshly migrated database follows from.
SOURCES = ["*/migrations/*.py", "*/data/*", "houshayu/reference.py", "houshayu/settings.py"]
SOURCES += ["*/models.py", "*/models/*.py", "*/translation.py", "uv.lock"]
os.environ["HOUSHAYU_MODE"] = "test"
if "PYTEST_XDIST_WORKER" not in os.environ:
    # The run's own folder, named before Django reads its settings; workers inherit it.
    os.environ["HOUSHAYU_VAR"] = tempfile.mkdtemp(prefix="houshayu-test-")


def pytest_configure(config: pytest.Config) -> None:
    """Start one Postgres and one Redis for this run, for all of its workers."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    var = Path(os.environ["HOUSHAYU_VAR"])
    var.chmod(0o711)
    (var / "static").mkdir()  # WhiteNoise asks for it.
    config.servers = [Postgres(var, fast=True), Redis(var)]  # type: ignore[attr-defined]
    template = ROOT / "var" / "test"
    template.mkdir(parents=True, exist_ok=True)
    with (template / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = kept_database()
        if kept.exists():
            _copy(kept / "postgres", var / "postgres")
        for server in config.servers:  # type: ignore[attr-defined]
            server.start()
        if not kept.exists():
            _migrate()
            _keep(config.servers[0], kept)  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    for server in getattr(config, "servers", []):
        server.stop()
    var = Path(os.environ["HOUSHAYU_VAR"])
    Postgres(var).remove()
    shutil.rmtree(var, ignore_errors=True)


def kept_database() -> Path:
    """Where a migrated cluster of the present sources is kept between runs, once one was made."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(path.name.encode() + path.read_bytes())
    return ROOT / "var" / "test" / digest.hexdigest()[:16]


def _migrate() -> None:
    """Migrate once; each worker's database is a copy of this one."""
    for command in ("migrate", "load_reference_data"):
        done = subprocess.run([sys.executable, ROOT / "manage.py", command, "--verbosity", "0"])
        if done.returncode:
            pytest.exit(f"manage.py {command} failed, see above.", returncode=1)


def _keep(postgres: Postgres, kept: Path) -> None:
    """Put the migrated database by for the next run, in place of those of other days."""
    postgres.stop()
    for old in kept.parent.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    half_made = kept.with_suffix(".new")
    half_made.mkdir()
    _copy(postgres.data.resolve(), half_made / "postgres")
    half_made.rename(kept)
    postgres.start()


def _copy(data: Path, to: Path) -> None:
    # Owners too: as root, the database belongs to the user that Postgres runs as.
    subprocess.run(["cp", "-a", data, to], check=True)
