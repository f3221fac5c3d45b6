"""The figures of docs/benchmarks.md: python -m bench [--cases 1000000]

Starts a Postgres of its own in a temporary folder, fills it, and measures each page and task
against a floor taken in the same run, in turn, so that a slow minute slows both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROUNDS = 7


def seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def against(floor: Callable[[], object], act: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of the floor and of the act, measured turn by turn after one warm-up."""
    floor()
    act()
    pairs = [(seconds(floor), seconds(act)) for _round in range(ROUNDS)]
    return median(p[0] for p in pairs), median(p[1] for p in pairs)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench")
    options.add_argument("--cases", type=int, default=1_000_000)
    cases = options.parse_args().cases
    var = Path(tempfile.mkdtemp(prefix="houshayu-bench-"))
    var.chmod(0o711)
    (var / "static").mkdir()  # WhiteNoise asks for it.
    os.environ |= {"HOUSHAYU_MODE": "test", "HOUSHAYU_VAR": str(var)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "houshayu.settings"

    from houshayu.embedded import addresses
    from houshayu.embedded.servers import Postgres, Redis

    servers: list[Postgres | Redis] = [Postgres(var, fast=True), Redis(var)]
    try:
        for server in servers:
            server.start()
        measure(cases)
    finally:
        for server in reversed(servers):
            server.stop()
        shutil.rmtree(addresses.socket_folder(var), ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)


def measure(cases: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import Client

    from bench import fill
    from houshayu import clock
    from houshayu.duties import planning
    from returnees.models import Alert, Case
    from transfers.models import Handoff

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)
    print(f"{cases:,} cases, 1 in {fill.OPEN_ONE_IN} open: filled in", end=" ", flush=True)
    print(f"{seconds(lambda: fill.fill(cases)):.0f} s\n")

    clock.now = lambda: fill.NOW  # type: ignore[assignment]
    client = Client(HTTP_HOST="localhost")
    client.force_login(fill.coordinator(), "houshayu.access.MembershipBackend")

    def bare(sql: str) -> Callable[[], object]:
        def run() -> object:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()

        return run

    def page(path: str, shows: str) -> Callable[[], object]:
        """The page, which answers what it should: the text stands in it."""

        def run() -> None:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            assert shows in answer.content.decode(), (path, shows)

        return run

    def plan() -> None:
        with transaction.atomic():
            assert planning.plan(fill.NOW)
            transaction.set_rollback(True)

    one_person = Case.objects.open().order_by("pk").values_list("person__name_zh", flat=True)[0]
    waiting = Handoff.objects.open().count()
    alarming = Alert.objects.open().order_by("-raised_at").values_list("case__number", flat=True)[0]
    count_open = bare("SELECT count(*) FROM returnees_case WHERE closed_at IS NULL")
    figures = [
        ("dashboard", "count of open cases", count_open, page("/dashboard/", f"<b>{waiting}</b>")),
        ("list of cases", "count of open cases", count_open, page("/cases/", 'name="chosen"')),
        (
            "alerts page",
            "count of open alerts",
            bare("SELECT count(*) FROM returnees_alert WHERE resolved_at IS NULL"),
            page("/alerts/", alarming),
        ),
        (
            "name search",
            "the same name by its index",
            bare(
                "SELECT count(*) FROM returnees_person WHERE name_vector @@ "
                f"to_tsquery('simple', '{' <-> '.join(one_person)}')"
            ),
            page(f"/cases/?q={one_person}&state=open", 'name="chosen"'),
        ),
        (
            "reminder planning",
            "one join of the open rows",
            bare(
                "SELECT count(*) FROM returnees_observation o JOIN returnees_custody c "
                "ON c.case_id = o.case_id AND c.ended_at IS NULL WHERE o.ended_at IS NULL"
            ),
            plan,
        ),
    ]
    print("| what | ms | floor | ms | ratio |\n| --- | --- | --- | --- | --- |")
    for name, floor_name, floor, act in figures:
        low, high = against(floor, act)
        print(
            f"| {name} | {high * 1000:.1f} | {floor_name} | {low * 1000:.1f} | {high / low:.1f} |"
        )

    from bench import printing

    for figure in printing.measure():
        print(figure)


if __name__ == "__main__":
    main()
