"""Child processes that end with their parent, and those a killed parent left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 30.0  # seconds
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Trouble(Exception):
    """str() is one line that says what is wrong and what to do."""


class Program:
    """A child process that writes a log and is asked to end by one signal.

    The kernel sends it the same signal when its parent is gone, however the parent went.
    """

    def __init__(
        self, command: Sequence[str | Path], *, log: Path, end_by: signal.Signals, **options: Any
    ) -> None:
        self.log, self.end_by = log, end_by
        with open(log, "ab", opener=_private) as output:
            self.said_before = output.tell()
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                umask=0o077,  # What it writes may name people.
                preexec_fn=_die_with_parent(end_by),
                **options,
            )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def complaint(self) -> str:
        """The line of its log that says what went wrong, and where the rest is."""
        with self.log.open(errors="replace") as text:
            text.seek(self.said_before)
            return f"{complaint(text.read())}; the log is {self.log}"

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """It is ready. Raises Trouble with its complaint if it ends first or takes too long."""
        deadline = time.monotonic() + PATIENCE * 2
        while not ready():
            if self.has_ended() or time.monotonic() > deadline:
                raise Trouble(f"{self.log.stem} did not start: {self.complaint()}")
            time.sleep(0.05)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def end(programs: Iterable[Program]) -> None:
    """All are asked to end at once; what does not listen is killed with its children."""
    running = [program for program in programs if not program.has_ended()]
    for program in running:
        program.process.send_signal(program.end_by)
    deadline = time.monotonic() + PATIENCE
    for program in running:
        try:
            program.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(program.process.pid, signal.SIGKILL)
            program.process.wait()


def _die_with_parent(how: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def arrange() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # The parent ended before prctl took effect.
            os._exit(1)

    return arrange


def in_folder(program: str, folder: Path) -> Iterator[int]:
    """Ids of the program's processes at work in the folder: a server stands in its data folder."""
    # The environment may have been made anew under a process that goes on.
    names = {program, f"{program} (deleted)"}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "exe").readlink().name in names and (process / "cwd").samefile(folder):
                yield int(process.name)


def with_mark(mark: str) -> Iterator[int]:
    """Ids of the processes that carry the mark in their environment."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(mark) in (process / "environ").read_bytes().split(b"\0"):
                yield int(process.name)


def end_orphans(find: Callable[[], Iterator[int]], how: signal.Signals) -> None:
    """Nothing is found any more. Raises Trouble for a process that outlives even a kill."""
    for step in (how, signal.SIGKILL):
        pids = list(find())
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, step)
                os.kill(pid, signal.SIGCONT)  # One that was stopped hears nothing.
        deadline = time.monotonic() + PATIENCE / 2
        while pids and time.monotonic() < deadline:
            time.sleep(0.05)
            pids = list(find())
        if not pids:
            return
    raise Trouble(f"Processes of an earlier run do not end: {', '.join(map(str, pids))}.")


def complaint(text: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [
        s for s in lines if any(w in s for w in ("error:", "FATAL:", "PANIC:", "could not"))
    ]
    return (complaints or lines or ["it said nothing"])[-1]
