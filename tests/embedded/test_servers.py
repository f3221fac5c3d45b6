"""Postgres and Redis start in any folder, for any user, after any end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
import redis

from houshayu.embedded import addresses
from houshayu.embedded.processes import Trouble, in_folder
from houshayu.embedded.servers import ELSEWHERE, Postgres, Redis
from tests.embedded.conftest import ask, processes_of, wait_until_gone

MakeVar = Callable[..., Path]
Hold = Callable[[Path], "subprocess.Popen[bytes]"]
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root runs Postgres as another user")


def kill(parent: subprocess.Popen[bytes]) -> None:
    parent.kill()
    parent.wait()


@pytest.mark.parametrize("name", ["two words/and 后沙峪", "long/" + "/".join(["x" * 60] * 4)])
def test_a_path_with_spaces_or_of_any_length_is_fine(make_var: MakeVar, name: str) -> None:
    var = make_var(name)
    postgres, queue = Postgres(var, fast=True), Redis(var)

    postgres.start()
    queue.start()

    assert ask(var, "SHOW data_directory") == str((var / "postgres").resolve())
    assert redis.Redis.from_url(addresses.redis_url(var)).ping()
    queue.stop()
    postgres.stop()
    assert processes_of(var) == set()


def test_both_listen_on_unix_sockets_only(make_var: MakeVar, hold: Hold) -> None:
    var = make_var()

    hold(var)

    client = redis.Redis.from_url(addresses.redis_url(var))
    assert (ask(var, "SHOW listen_addresses"), client.config_get("port")) == ("", {"port": "0"})
    assert addresses.socket_folder(var).stat().st_mode & 0o777 == 0o700


def test_two_folders_run_side_by_side(make_var: MakeVar, hold: Hold) -> None:
    one, other = make_var("one"), make_var("other")

    hold(one)
    hold(other)

    assert (ask(one, "SHOW data_directory"), ask(other, "SHOW data_directory")) == (
        str((one / "postgres").resolve()),
        str((other / "postgres").resolve()),
    )


def test_the_servers_of_a_killed_parent_end_and_the_data_stays(
    make_var: MakeVar, hold: Hold
) -> None:
    var = make_var()
    parent = hold(var)
    ask(var, "CREATE TABLE kept AS SELECT 37.3 AS celsius; SELECT 1")
    servers = processes_of(var)

    kill(parent)

    wait_until_gone(servers)
    hold(var)
    assert float(str(ask(var, "SELECT celsius FROM kept"))) == 37.3


def test_a_server_that_did_not_hear_of_it_is_ended_by_the_next_start(
    make_var: MakeVar, hold: Hold
) -> None:
    var = make_var()
    parent = hold(var)
    servers = processes_of(var)
    for pid in servers:
        os.kill(pid, signal.SIGSTOP)
    kill(parent)

    hold(var)

    wait_until_gone(servers)
    assert ask(var, "SELECT 1") == 1


def test_a_server_whose_program_was_removed_is_still_found(home: Path) -> None:
    program = home / "postgres"
    shutil.copy(shutil.which("sleep") or "", program)
    server = subprocess.Popen([program, "60"], cwd=home)
    try:
        program.unlink()

        assert list(in_folder("postgres", home)) == [server.pid]
    finally:
        server.kill()
        server.wait()


def test_the_log_quotes_neither_the_statement_nor_the_row(make_var: MakeVar, hold: Hold) -> None:
    var = make_var()
    hold(var)

    with pytest.raises(psycopg2.Error):
        ask(
            var,
            "CREATE TEMP TABLE person (name text CHECK (name = ''));"
            "INSERT INTO person VALUES ('OUYANG')",
        )

    log = (var / "postgres.log").read_text()
    assert "violates check constraint" in log
    assert "OUYANG" not in log


def test_an_old_pid_file_that_names_a_living_stranger_is_no_obstacle(
    make_var: MakeVar, hold: Hold
) -> None:
    var = make_var()
    stranger = subprocess.Popen(["sleep", "60"])
    (var / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{var / 'postgres'}\n")

    hold(var)

    assert ask(var, "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_cluster_half_made_is_made_again(home: Path) -> None:
    var = home / "var"
    (var / "postgres.new" / "base").mkdir(parents=True)
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")
    postgres = Postgres(var, fast=True)

    postgres.start()

    assert ask(var, "SELECT 1") == 1
    postgres.stop()
    postgres.remove()


def test_a_broken_setting_is_reported_in_one_line(make_var: MakeVar) -> None:
    var = make_var()
    with (var / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("work_mem = 'much'\n")

    with pytest.raises(Trouble, match=r"^postgres did not start: .* contains errors; .*\.log$"):
        Postgres(var, fast=True).start()


@as_root
def test_another_users_socket_folder_is_not_used(make_var: MakeVar) -> None:
    var = make_var()
    folder = addresses.socket_folder(var)
    folder.mkdir()
    os.chown(folder, 1, 1)

    with pytest.raises(Trouble, match="belongs to another user"):
        Redis(var).start()


@as_root
def test_as_root_postgres_runs_under_an_unprivileged_user(make_var: MakeVar, hold: Hold) -> None:
    var = make_var()

    hold(var)

    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in in_folder("postgres", var / "postgres")}
    assert owners == {pwd.getpwnam("nobody").pw_uid}


@as_root
def test_below_a_folder_only_root_may_enter_the_data_are_kept_elsewhere(
    make_var: MakeVar, home: Path, hold: Hold
) -> None:
    var = make_var()
    home.chmod(0o700)

    kill(hold(var))
    hold(var)

    assert (var / "postgres").readlink().is_relative_to(ELSEWHERE)
    assert ask(var, "SHOW data_directory") == str((var / "postgres").readlink())
