"""What cannot start says so in one line, and the next start works."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from houshayu.embedded import secrets
from houshayu.embedded.supervisor import only_one
from tests.embedded.conftest import forget, supervise


def refusal(var: Path, command: str = "run", **environment: str) -> str:
    """The one line it ends with."""
    done = supervise(command, HOUSHAYU_VAR=str(var), **{"PORT": str(free_port()), **environment})
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    return line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def full(home: Path) -> Iterator[Path]:
    """A folder on a disk with 64 kB left."""
    folder = home / "full"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "houshayu", folder]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root mounts a small disk")
    yield folder
    forget(folder / "var")
    subprocess.run(["umount", folder], check=True)


def test_a_port_in_use_is_named_with_a_way_out(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        line = refusal(var, PORT=str(port))

    assert line == f"houshayu: Port {port} is in use: try make run PORT={port + 1}."


def test_a_port_that_is_no_number_is_named(var: Path) -> None:
    line = refusal(var, PORT="web")

    assert line == "houshayu: PORT is 'web': it must be a number from 1 to 65535."


def test_a_second_start_in_the_same_folder_is_refused(var: Path) -> None:
    with only_one(var):
        line = refusal(var)

    assert line == f"houshayu: Houshayu is already running from {var}: stop it first (make stop)."


def test_a_lock_of_a_parent_that_is_gone_holds_nobody_back(var: Path) -> None:
    var.mkdir()
    (var / "lock").write_text("1")

    with only_one(var):
        assert (var / "lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_be_made_is_named() -> None:
    line = refusal(Path("/proc/var"))

    assert line.startswith("houshayu: /proc/var can't be written: ")


def test_a_full_disk_is_reported(full: Path) -> None:
    line = refusal(full / "var")

    assert line.startswith("houshayu: ")
    assert "No space left on device" in line


def test_data_without_their_secrets_are_not_opened(var: Path) -> None:
    (var / "postgres").mkdir(parents=True)

    line = refusal(var)

    assert f"{var / 'secrets.json'} is gone" in line
    assert not (var / "secrets.json").exists()


@pytest.mark.parametrize("left", ["", "{", "[]", '{"SECRET_KEY": "x"}'])
def test_damaged_secrets_are_named_and_kept(var: Path, left: str) -> None:
    var.mkdir()
    (var / "secrets.json").write_text(left)

    line = refusal(var)

    assert line.startswith(f"houshayu: {var / 'secrets.json'} is damaged: ")
    assert (var / "secrets.json").read_text() == left


def test_only_their_owner_reads_the_secrets_and_they_stay_the_same(var: Path) -> None:
    made = secrets.load_or_create(var)

    assert secrets.load_or_create(var) == made
    assert stat.S_IMODE((var / "secrets.json").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secrets.json"]


def test_reset_asks_first(var: Path) -> None:
    var.mkdir()

    asked = subprocess.run(
        ["python3", "-m", "houshayu.embedded", "reset"],
        input="no\n",
        env=os.environ | {"HOUSHAYU_VAR": str(var)},
        capture_output=True,
        text=True,
    )
    assert (asked.returncode, var.exists()) == (1, True)

    agreed = supervise("reset", HOUSHAYU_VAR=str(var), FORCE="1")
    assert (agreed.returncode, var.exists()) == (0, False)


def test_stopping_what_does_not_run_is_no_trouble(var: Path) -> None:
    done = supervise("stop", HOUSHAYU_VAR=str(var))

    assert (done.returncode, done.stdout) == (0, "Houshayu is not running.\n")


def test_stopping_what_has_not_said_who_it_is_ends_nothing(var: Path) -> None:
    with only_one(var):
        (var / "lock").write_text("")

        line = refusal(var, "stop")

    assert line == "houshayu: Houshayu is only just starting: try again."
