"""One parent for everything that runs on this machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from houshayu.embedded import secrets
from houshayu.embedded.processes import Program, Trouble, complaint, end, end_orphans, with_mark
from houshayu.embedded.servers import Postgres, Redis

ROOT = Path(__file__).resolve().parent.parent.parent


def var_folder() -> Path:
    return Path(os.environ.get("HOUSHAYU_VAR", ROOT / "var")).absolute()


def run() -> int:
    """Start everything, say where it is, and stay until Ctrl-C. Raises Trouble if a part ends."""
    var = var_folder()
    try:
        _hear_signals()
        with only_one(var):
            end_orphans(partial(with_mark, _mark(var)), signal.SIGTERM)
            with _listen(_port()) as listener:
                _run_all(var, listener)
    except Stopped:
        pass
    return 0


def _run_all(var: Path, listener: socket.socket) -> NoReturn:
    servers: list[Postgres | Redis] = [Postgres(var), Redis(var)]
    programs: dict[str, Program] = {}
    try:
        _check_secrets(var)
        environment = _environment(var, listener)
        for server in servers:
            server.start()
        _prepare(environment, log=var / "prepare.log")
        for name, command in _commands(var, listener).items():
            programs[name] = Program(
                [sys.executable, "-W", "ignore", "-m", *command],
                log=var / f"{name}.log",
                end_by=signal.SIGTERM,
                cwd=ROOT,
                env=environment,
                pass_fds=[listener.fileno()] if name == "web" else [],
            )
            if name == "web":  # First: somebody waits for it, and they would compete with it.
                programs["web"].wait_until(partial(_answers, environment["SITE_URL"]))
        print(f"\nHoushayu is at {environment['SITE_URL']}/", flush=True)
        print("Ctrl-C ends it; the data stays.", flush=True)
        started = [server.program for server in servers if server.program]
        _stay([*started, *programs.values()])
    finally:
        end(programs.values())
        for server in reversed(servers):
            server.stop()


def stop() -> int:
    """End the run of this folder, wherever it was started."""
    try:
        lock = (var_folder() / "lock").open()
    except FileNotFoundError:
        print("Houshayu is not running.")
        return 0
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            print("Houshayu is not running.")
        except BlockingIOError:
            pid = lock.read()
            if not pid:
                raise Trouble("Houshayu is only just starting: try again.") from None
            os.kill(int(pid), signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_SH)
            print("Houshayu has stopped; the data stays.")
    return 0


def reset() -> int:
    """Remove all data of this folder, after asking."""
    var = var_folder()
    if os.environ.get("FORCE") != "1":
        print(f"This removes every case and file in {var}. Type yes to go on: ", end="", flush=True)
        if sys.stdin.readline().strip() != "yes":
            print("Nothing was removed.")
            return 1
    with only_one(var):
        end_orphans(partial(with_mark, _mark(var)), signal.SIGTERM)
        Redis(var).end_orphans()
        Postgres(var).remove()
        shutil.rmtree(var)
    print("All data is removed; make run starts anew.")
    return 0


class Stopped(Exception):
    """Somebody asked the parent to end."""


def _hear_signals() -> None:
    """Ctrl-C, SIGTERM and a closed terminal raise Stopped, once."""
    asking = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # As nohup leaves it.
        asking.append(signal.SIGHUP)

    def stop_once(_number: int, _frame: FrameType | None) -> None:
        # What follows is not to be interrupted.
        for further in asking:
            signal.signal(further, signal.SIG_IGN)
        raise Stopped

    for number in asking:
        signal.signal(number, stop_once)


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the folder for this process; the kernel lets go of it whenever the process ends."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        lock = (var / "lock").open("a+")
    except OSError as error:
        raise Trouble(f"{var} can't be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(
                f"Houshayu is already running from {var}: stop it first (make stop)."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _port() -> int:
    word = os.environ.get("PORT") or "8000"
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise Trouble(f"PORT is {word!r}: it must be a number from 1 to 65535.")
    return int(word)


def _listen(port: int) -> socket.socket:
    """A socket for the web server; whoever opens the page before it is ready waits a moment."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except PermissionError:
        listener.close()
        raise Trouble(f"Port {port} is for root: choose one from 1024, as PORT=8000.") from None
    except OSError:
        listener.close()
        other = port + 1 if port < 65535 else 8000
        raise Trouble(f"Port {port} is in use: try make run PORT={other}.") from None
    listener.listen(128)
    return listener


def _mark(var: Path) -> str:
    """What a run's programs carry in their environment, so that orphans are known."""
    return f"HOUSHAYU_RUN_OF={var.resolve()}"


def _check_secrets(var: Path) -> None:
    """The folder has secrets, and they are those of its data."""
    if (var / "postgres").exists() and not (var / "secrets.json").exists():
        raise Trouble(
            f"{var / 'secrets.json'} is gone, and without it the data can't be read: "
            "put it back, or start over with make reset."
        )
    try:
        secrets.load_or_create(var)
    except ValueError as damaged:
        raise Trouble(f"{damaged}: put a copy back, or start over with make reset.") from None
    if not (var / "secrets.json").exists():
        raise Trouble(f"{var} can't be written: is the disk full, or read-only?")


def _environment(var: Path, listener: socket.socket) -> dict[str, str]:
    """The programs' environment; it names no outside server, whatever this shell has set."""
    mark, value = _mark(var).split("=", 1)
    port = listener.getsockname()[1]
    inherited = {
        name: word for name, word in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return inherited | {
        "HOUSHAYU_MODE": "demonstration",
        "HOUSHAYU_VAR": str(var),
        "SITE_URL": f"http://127.0.0.1:{port}",
        mark: value,
    }


def _prepare(environment: dict[str, str], *, log: Path) -> None:
    """Database and static files are those of this version; the demonstration is loaded."""
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "prepare"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the parent to answer.
    )
    if done.returncode:
        with suppress(OSError):  # The disk may be what is full.
            log.write_text(done.stderr)
        why = complaint(done.stderr).rstrip(".")
        raise Trouble(f"manage.py prepare failed: {why}; the log is {log}")


def _commands(var: Path, listener: socket.socket) -> dict[str, list[str]]:
    return {
        "web": [
            *("gunicorn", "houshayu.wsgi", "--bind", f"fd://{listener.fileno()}"),
            # Loaded once, in the parent of both workers.
            *("--preload", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"),
            # By default a file in the home folder, one for all of a user's clones.
            "--no-control-socket",
            *("--access-logfile", str(var / "access.log")),
        ],
        "worker": [
            *("celery", "-A", "houshayu", "worker", "--concurrency", "1"),
            *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
        ],
        "beat": [
            *("celery", "-A", "houshayu", "beat", "--loglevel", "WARNING"),
            *("--schedule", str(var / "beat-schedule"), "--pidfile", ""),
        ],
    }


def _answers(address: str) -> bool:
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(f"{address}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _stay(programs: list[Program]) -> NoReturn:
    """Watch the programs. Raises Trouble as soon as one ends by itself."""
    while True:
        for program in programs:
            if program.has_ended():
                name, why = program.log.stem, program.complaint()
                raise Trouble(f"{name} ended by itself, so all is stopped: {why}")
        time.sleep(0.5)
