"""A database of a capital after years: a million cases, one in a hundred open.

Rows go in by COPY with the triggers asleep and the constraints checked afterwards by sampling,
so that it takes minutes; what they say is what the program's own operations would have written.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from houshayu.calendar import BEIJING
from houshayu.demonstration.accounts import create_accounts
from houshayu.models import Place, PlaceKind, Role, User
from policy.decision import undecided
from policy.models import PolicyVersion
from returnees import names
from returnees.demonstration.people import CHINESE_GIVEN, CHINESE_SURNAMES
from returnees.models.case_queries import CROCKFORD

NOW = datetime(2020, 3, 20, 8, 30, tzinfo=BEIJING)
OPEN_ONE_IN = 100
# Of the open ones one in five is on offer; of all, as many of the open ones as of the closed.
OFFERED_ONE_IN = 5
ALERT_ONE_IN = 10_000
EXAMINED = ("test_negative", "36.9")
# Days of observation with a nucleic acid test, and when it is taken.
TESTED_ON = (1, 13)
TESTED_AT = time(8, 0)
CHUNK = 50_000


class Rows(io.TextIOBase):
    """Lines of COPY text, made while they are read."""

    def __init__(self, rows: Iterable[Iterable[Any]]) -> None:
        self._lines = self._format(rows)
        self._rest = ""

    @staticmethod
    def _format(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
        for row in rows:
            yield "\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n"

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        parts, length = [self._rest], len(self._rest)
        while size is None or size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        if size is None or size < 0:
            self._rest = ""
            return text
        self._rest = text[size:]
        return text[:size]


def copy(table: str, columns: str, rows: Iterable[Iterable[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", Rows(rows))


def _number(n: int) -> str:
    digits = ""
    n = (n * 387_420_489 + 1) % 32**6  # spreads the numbers, one each
    for _place in range(6):
        n, digit = divmod(n, 32)
        digits += CROCKFORD[digit]
    return f"HSY-{digits}"


def _is_open(n: int) -> bool:
    return n % OPEN_ONE_IN == 0


def _started(n: int, cases: int) -> datetime:
    """Open cases began in the last two weeks, the others in the years before."""
    if _is_open(n):
        return NOW - timedelta(days=n // OPEN_ONE_IN % 14, hours=1 + n % 20)
    return NOW - timedelta(days=20 + 1000 * n // cases, hours=n % 24)


def fill(cases: int) -> None:
    """Cases, custodies, observations and fourteen check-ins each, into an empty database."""
    create_accounts()
    policy = PolicyVersion.objects.earliest("effective_from").pk
    worker = User.objects.get(username="worker").pk
    homes = list(Place.objects.homes().filter(parent__code="houshayu").values_list("pk", flat=True))
    hotels = list(Place.objects.filter(kind=PlaceKind.HOTEL).values_list("pk", flat=True))
    hub = Place.objects.get(kind=PlaceKind.HUB).pk
    holders = [*homes, *hotels, hub]
    people = [
        (surname + given, *names.suggest_latin(surname + given))
        for surname in CHINESE_SURNAMES
        for given in CHINESE_GIVEN
    ]
    derived = [(names.sort_key(*p), names.search_tokens(*p)) for p in people]
    rng = random.Random(1)
    held_by = [0, *(holders[rng.randrange(len(holders))] for _n in range(cases))]
    offers = {n: _next_of(holders, held_by[n]) for n in range(1, cases + 1) if _is_on_offer(n)}
    decision = json.dumps(undecided().as_json())

    def utc(moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat()

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
    ids = range(1, cases + 1)
    copy(
        "returnees_person",
        "id, person_category, name_zh, surname_latin, given_names_latin, name_sort_key,"
        " name_tokens, gender, birth_date, nationality, occupation, employer_or_school,"
        " preferred_language, needs_interpreter, guardian_name, guardian_phone, phone_cn,"
        " phone_cn_index, phone_intl, phone_intl_index, wechat_id, email",
        (
            (
                n, "mainland", *people[n % len(people)], *derived[n % len(people)], "FM"[n % 2],
                date(1950 + n % 55, 1 + n % 12, 1 + n % 28), "CHN", "", "", "zh-hans", "f", "", "",
                "", "", "", "", "", "",
            )
            for n in ids
        ),
    )  # fmt: skip
    copy(
        "returnees_identitydocument",
        "id, person_id, document_type, document_number, number_index, masked_number,"
        " issuing_country, document_note, visa_type, needs_manual_check",
        ((n, n, "passport_chn", "-", f"{n:064x}", "E1*****99", "", "", "", "f") for n in ids),
    )
    copy(
        "returnees_case",
        "id, number, person_id, document_id, community_id, compound, building, unit, room,"
        " residence_kind, landlord_or_agent, emergency_contact_name, emergency_contact_phone,"
        " emergency_contact_relation, address_abroad, expected_arrival_at, arrived_at,"
        " travel_group, intake_channel, registered_by_id, badge_number, interpreter, policy_id,"
        " decision, opened_at, closed_at, outcome, outcome_note",
        (
            (
                n, _number(n), n, n, homes[n % len(homes)], "", "1", "", "101", "owned", "", "x",
                "", "x", "", utc(began), utc(began),
                f"00000000-0000-0000-0000-{n:012x}", "visit", worker, "", "", policy, decision,
                utc(began), *(_closing(n, began, utc)), "",
            )
            for n in ids
            for began in [_started(n, cases)]
        ),
    )  # fmt: skip
    copy(
        "returnees_custody",
        "id, case_id, place_id, started_at, ended_at, offered_to_id",
        (
            (
                n, n, held_by[n], utc(began), _closing(n, began, utc)[0], offers.get(n),
            )
            for n in ids
            for began in [_started(n, cases)]
        ),
    )  # fmt: skip
    # One room for everybody who is in a hotel; who was there before them was in the same ones.
    in_hotels = [n for n in ids if held_by[n] in hotels]
    taken = [n for n in in_hotels if _is_open(n)]
    copy(
        "returnees_room",
        "id, place_id, number, floor, beds, accessible, state, blocked_reason",
        (
            (
                room,
                held_by[n],
                f"{2 + n % 8:02}{room:06}",
                f"{2 + n % 8:02}",
                1,
                "f",
                "free",
                "",
            )
            for room, n in enumerate(taken, start=1)
        ),
    )
    rooms = {n: room for room, n in enumerate(taken, start=1)}
    copy(
        "returnees_roomstay",
        "case_id, room_id, started_at, ended_at, sharing_reason",
        (
            (n, rooms.get(n, 1 + n % len(taken)), utc(began), _closing(n, began, utc)[0], "")
            for n in in_hotels
            for began in [_started(n, cases)]
        ),
    )
    copy(
        "returnees_observation",
        "id, case_id, kind, policy_id, started_on, days, obligation, counted_anew, ended_at,"
        " ended_on, end_reason, slots_taken",
        (
            (
                n, n, "centralized", policy, began.date(), 14, 0, "f",
                *((None, None, "") if _is_open(n) else _ended(began, utc)),
                f"{{{','.join(str(day * 2 + 1) for day in _evenings(n, began))}}}",
            )
            for n in ids
            for began in [_started(n, cases)]
        ),
    )  # fmt: skip
    copy(
        "returnees_checkin",
        "observation_id, day, slot, temperature, method, symptoms, channel, taken_at,"
        " recorded_by_id",
        (
            (n, day, "evening", "36.5", "axillary", "{}", "staff", utc(began), worker)
            for n in ids
            for began in [_started(n, cases)]
            for day in _evenings(n, began)
        ),
    )
    copy(
        "returnees_labtest",
        "observation_id, due_on, sampled_at, result, result_at, recorded_by_id",
        (
            (n, due_on, *((utc(done), "negative", utc(done), worker) if done < NOW
                          else (None, "pending", None, None)))
            for n in ids
            for began in [_started(n, cases)]
            for day in TESTED_ON
            for due_on in [began.date() + timedelta(days=day)]
            for done in [datetime.combine(due_on, TESTED_AT, BEIJING)]
        ),
    )  # fmt: skip
    copy(
        "returnees_alert",
        "case_id, place_id, kind, temperature, raised_at, resolved_at, resolved_by_id, resolution,"
        " reading, note",
        (
            (
                n, held_by[n], "fever", "37.8", utc(raised),
                *((None, None, "", None) if _is_open(n) else (utc(raised), worker, *EXAMINED)),
                "",
            )
            for n in ids
            if n % ALERT_ONE_IN in (0, 1)
            for raised in [_started(n, cases) + timedelta(hours=1)]
        ),
    )  # fmt: skip
    copy(
        "transfers_handoff",
        "case_id, from_place_id, to_place_id, status, offered_by_id, offered_at, due_at, reason,"
        " vehicle_plate, driver, escort, remarks",
        (
            (
                n, held_by[n], to_place, "offered", worker, utc(offered),
                utc(offered + timedelta(hours=2)), "", "", "", "", "",
            )
            for n, to_place in offers.items()
            for offered in [NOW - timedelta(minutes=n // OPEN_ONE_IN % 180)]
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
        of_each_case = ("person", "identitydocument", "case", "custody", "observation")
        for table, last in {**dict.fromkeys(of_each_case, cases), "room": len(taken)}.items():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('returnees_{table}', 'id'), {last})"
            )
        cursor.execute("VACUUM ANALYZE")


def _is_on_offer(n: int) -> bool:
    return n % (OPEN_ONE_IN * OFFERED_ONE_IN) == 0


def _next_of(places: Sequence[int], place: int) -> int:
    return places[(places.index(place) + 1) % len(places)]


def _evenings(n: int, began: datetime) -> range:
    """The days whose evening was measured: of those that are over, one each."""
    return range(min(14, (NOW - began).days) if _is_open(n) else 14)


def _closing(n: int, began: datetime, utc: Any) -> tuple[str | None, str]:
    return (None, "") if _is_open(n) else (utc(began + timedelta(days=14, hours=3)), "released")


def _ended(began: datetime, utc: Any) -> tuple[str, str, str]:
    ended = began + timedelta(days=14, hours=3)
    return utc(ended), ended.date().isoformat(), "completed"


def coordinator() -> User:
    """A user who sees all of it."""
    return User.objects.filter(memberships__role=Role.COORDINATOR).earliest("pk")
