"""One parent starts everything and ends everything; the data outlives it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from houshayu.embedded.processes import in_folder, with_mark
from houshayu.embedded.servers import Postgres
from tests.embedded.conftest import ROOT, ask, forget
from tests.embedded.test_supervisor import free_port
from tests.servers import kept_database


class Run:
    """python -m houshayu.embedded run, until somebody ends it."""

    def __init__(self, var: Path) -> None:
        """It is up. Static files are shared with make run: compressing them takes long."""
        self.var, self.address = var, f"http://127.0.0.1:{free_port()}"
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "houshayu.embedded", "run"],
            env=os.environ
            | {"HOUSHAYU_VAR": str(var), "STATIC_ROOT": str(ROOT / "var" / "static")}
            | {"PORT": self.address.rpartition(":")[2]},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.parent.stdout is not None
        too_long = threading.Timer(240, self.parent.kill)
        too_long.start()
        self.said = ""
        while "Ctrl-C ends it" not in self.said:
            line = self.parent.stdout.readline()
            assert line, self.said + self.parent.communicate()[1]
            self.said += line
        too_long.cancel()

    def wait(self) -> tuple[int, str]:
        """Its exit code and what it said on stderr."""
        _, errors = self.parent.communicate(timeout=90)
        return self.parent.returncode, errors

    def processes(self) -> set[int]:
        return {
            *with_mark(f"HOUSHAYU_RUN_OF={self.var.resolve()}"),
            *in_folder("postgres", self.var / "postgres"),
            *in_folder("redis-server", self.var / "redis"),
        }


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder that ran before; its demonstration counts as loaded, for living it takes minutes."""
    var = Path(tempfile.mkdtemp(prefix="houshayu-embedded-"))
    var.chmod(0o711)
    subprocess.run(["cp", "-a", kept_database() / "postgres", var / "postgres"], check=True)
    shutil.copy2(Path(os.environ["HOUSHAYU_VAR"]) / "secrets.json", var)
    postgres = Postgres(var)
    postgres.start()
    ask(var, "INSERT INTO houshayu_clockshift VALUES (1, '-2400 days') RETURNING id")
    postgres.stop()
    with (ROOT / "var" / "test" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = Run(var)
        first.parent.terminate()
        first.wait()
    yield var
    forget(var)


def test_it_says_where_it_is_and_ctrl_c_ends_all_of_it(var: Path) -> None:
    run = Run(var)
    with urllib.request.urlopen(f"{run.address}/healthz") as response:
        answer = response.status
    names = {
        Path(f"/proc/{pid}/exe").readlink().name.rstrip("0123456789.") for pid in run.processes()
    }

    run.parent.send_signal(signal.SIGINT)

    assert f"Houshayu is at {run.address}/\n" in run.said
    assert (answer, names) == (200, {"postgres", "python", "redis-server"})
    assert run.wait() == (0, "")
    assert run.processes() == set()


def test_nobody_else_on_the_machine_reads_what_it_writes(var: Path) -> None:
    open_to_others = {"lock", "static"}  # they name nobody

    readable = {path.name for path in var.iterdir() if path.stat().st_mode & 0o077}

    assert readable <= open_to_others


def test_when_one_part_ends_by_itself_all_end_and_one_line_says_which(var: Path) -> None:
    run = Run(var)
    (redis,) = in_folder("redis-server", var / "redis")

    os.kill(redis, signal.SIGKILL)

    code, line = run.wait()
    assert (code, line.count("\n")) == (1, 1)
    assert line.startswith("houshayu: redis ended by itself, so all is stopped: ")
    assert run.processes() == set()


def test_after_a_killed_parent_the_next_start_has_the_same_data(var: Path) -> None:
    run = Run(var)
    ask(var, "CREATE TABLE kept AS SELECT 28 AS check_ins; SELECT 1")
    orphans = run.processes()
    run.parent.kill()
    run.wait()

    again = Run(var)

    assert ask(var, "SELECT check_ins FROM kept") == 28
    assert not orphans & again.processes()
    again.parent.send_signal(signal.SIGTERM)
    assert again.wait() == (0, "")
