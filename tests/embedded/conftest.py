"""Folders to run in, and a small program that holds servers like the supervisor does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from houshayu.embedded import addresses
from houshayu.embedded.processes import in_folder
from houshayu.embedded.servers import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
HOLDER = """
import sys, time
from pathlib import Path
from houshayu.embedded.servers import Postgres, Redis
var = Path(sys.argv[1])
for server in (Postgres(var, fast=True), Redis(var)):
    server.start()
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A cluster as initdb makes it, to copy: making one takes seconds."""
    var = Path(tempfile.mkdtemp(prefix="houshayu-embedded-"))
    var.chmod(0o711)
    postgres = Postgres(var, fast=True)
    postgres.start()
    postgres.stop()
    # Below a folder that only root may enter it is a link to elsewhere.
    yield postgres.data.resolve()
    forget(var)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that others may enter, for the tests' own; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="houshayu-embedded-"))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def make_var(home: Path, made_once: Path) -> Iterator[Callable[..., Path]]:
    """Folders for servers, each with a cluster that was made before."""
    made: list[Path] = []

    def make(name: str = "var") -> Path:
        var = home / name
        var.mkdir(parents=True)
        subprocess.run(["cp", "-a", made_once, var / "postgres"], check=True)
        made.append(var)
        return var

    yield make
    for var in made:
        forget(var)


def forget(var: Path) -> None:
    Postgres(var).remove()
    shutil.rmtree(var)


def ask(var: Path, statement: str) -> object:
    """The one value that the folder's database answers with."""
    connection = psycopg2.connect(
        host=addresses.database(var)["HOST"], user=addresses.USER, dbname=addresses.DATABASE
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    connection.close()
    return row[0] if row else None


@pytest.fixture
def hold() -> Iterator[Callable[[Path], subprocess.Popen[bytes]]]:
    """Start a parent with both servers of a folder, and wait until they are up."""
    parents: list[subprocess.Popen[bytes]] = []
    servers: set[int] = set()

    def start(var: Path) -> subprocess.Popen[bytes]:
        parent = subprocess.Popen(
            [sys.executable, "-c", HOLDER, var], stdout=subprocess.PIPE, cwd=ROOT
        )
        parents.append(parent)
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        servers.update(processes_of(var))
        return parent

    yield start
    for parent in parents:
        with suppress(ProcessLookupError):
            parent.kill()
        parent.wait()
    # A Redis whose folder goes before it has saved does not end at all.
    wait_until_gone(servers)


def processes_of(var: Path) -> set[int]:
    return {*in_folder("postgres", var / "postgres"), *in_folder("redis-server", var / "redis")}


def wait_until_gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "they outlive their parent"
        time.sleep(0.05)


def supervise(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What python -m houshayu.embedded says when it is not meant to stay."""
    return subprocess.run(
        [sys.executable, "-m", "houshayu.embedded", command],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
