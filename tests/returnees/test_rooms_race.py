"""Many hands at one room: every one of them a connection of its own, and all of them commit."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from houshayu.exceptions import Conflict
from returnees import lodging
from returnees.lodging import RoomRefused
from returnees.models import Case, Room, RoomState, RoomStay, RoomUnfit
from tests.attacks import sql
from tests.factories import NOW, make_handoff, make_observed_case, make_room, make_user, real_place
from tests.transfers.test_handoff_race import at_once
from transfers.models import Handoff

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=3)


def guests(many: int, **form: object) -> list[Case]:
    hotel = real_place("demo-hotel-jia")
    return [make_observed_case(place=hotel, **form) for _each in range(many)]


def test_of_twenty_who_take_the_last_bed_one_has_it() -> None:
    make_room()
    staff, people = make_user(), guests(20)

    results = at_once(
        [lambda case=case: lodging.lodge(case, "0812", by=staff, now=LATER) for case in people]
    )

    assert Counter(type(each) is RoomStay for each in results) == {True: 1, False: 19}
    assert {each for each in results if not isinstance(each, RoomStay)} == {RoomRefused}
    assert RoomStay.objects.open().count() == 1


def test_of_twenty_consoles_that_put_strangers_into_one_room_one_does() -> None:
    room, people = make_room(beds=12), guests(12)

    def insert(case: Case) -> object:
        try:
            sql(
                "INSERT INTO returnees_roomstay (case_id, room_id, started_at, sharing_reason)"
                " VALUES (%(case)s, %(room)s, %(at)s, '')",
                case=case.pk,
                room=room.pk,
                at=LATER,
            )
        except IntegrityError as refusal:
            return refusal.__cause__.diag.constraint_name
        return "in"

    results = at_once([lambda case=case: insert(case) for case in people])

    assert Counter(results) == {"in": 1, "stay_not_with_strangers": 11}


@pytest.mark.parametrize("_again", range(3))
def test_of_moving_in_and_blocking_one_is_refused(_again: int) -> None:
    room, [case] = make_room(), guests(1)
    staff = make_user()

    results = at_once(
        [
            lambda: lodging.lodge(case, "0812", by=staff, now=LATER),
            lambda: Room.objects.get(pk=room.pk).block(by=staff, now=LATER, reason="漏水"),
        ]
    )

    stay = RoomStay.objects.first()
    assert results in ([stay, RoomUnfit], [RoomRefused, None])
    assert Room.objects.get().standing is (RoomState.FREE if stay else RoomState.BLOCKED)


@pytest.mark.parametrize("_again", range(3))
def test_two_who_leave_one_room_at_once_leave_it_to_be_cleaned(_again: int) -> None:
    make_room(beds=2)
    [mother] = guests(1, room="0812")
    [child] = guests(1, room="0812", travel_group=mother.travel_group)
    staff = make_user()

    at_once(
        [lambda case=case: lodging.lodge(case, "", by=staff, now=LATER) for case in (mother, child)]
    )

    assert not RoomStay.objects.open().exists()
    assert Room.objects.get().standing is RoomState.CLEANING


def test_two_who_change_places_do_not_wait_for_each_other_for_ever() -> None:
    for number in ("0801", "0802"):
        make_room(number, beds=2)
    [first], [second] = guests(1, room="0801"), guests(1, room="0802")
    staff = make_user()

    results = at_once(
        [
            lambda: lodging.lodge(first, "0802", by=staff, now=LATER, sharing_reason="换房"),
            lambda: lodging.lodge(second, "0801", by=staff, now=LATER, sharing_reason="换房"),
        ]
    )

    # The one who comes second finds the other's room being cleaned, or shares with the other.
    assert any(isinstance(each, RoomStay) for each in results)
    assert all(isinstance(each, RoomStay) or each is RoomRefused for each in results)


@pytest.mark.parametrize("_again", range(3))
def test_of_moving_and_being_handed_on_none_leaves_a_guest_behind(_again: int) -> None:
    make_room()
    [case] = guests(1)
    handoff = make_handoff(case=case, to_place=real_place("ncie-hub"), now=LATER)
    staff = make_user()

    at_once(
        [
            lambda: lodging.lodge(case, "0812", by=staff, now=LATER),
            lambda: Handoff.objects.get(pk=handoff.pk).accept(by=staff, now=LATER),
        ]
    )

    assert not RoomStay.objects.open().exists()


def test_a_console_that_moves_somebody_in_while_another_ends_the_custody_is_found_out() -> None:
    """One still sees the custody, the other sees no stay yet: the second to commit is refused."""
    room, [case] = make_room(), guests(1)
    ended, moved_in = Event(), Event()

    def end_custody() -> str:
        try:
            with transaction.atomic():
                sql(
                    "UPDATE returnees_custody SET ended_at = %(at)s WHERE ended_at IS NULL"
                    " AND case_id = %(case)s",
                    at=LATER,
                    case=case.pk,
                )
                # What a handoff would do besides is not the matter here.
                sql("SET CONSTRAINTS ALL DEFERRED")
                ended.set()
                assert moved_in.wait(30)
                sql("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError as refusal:
            return str(refusal.__cause__.diag.constraint_name)
        finally:
            connection.close()
        return "ended"

    def move_in() -> str:
        try:
            assert ended.wait(30)
            lodging.lodge(case, room.number, by=staff, now=LATER - timedelta(hours=1))
        except Conflict as refusal:
            return str(refusal)
        finally:
            moved_in.set()
            connection.close()
        return "in"

    staff = make_user()
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.submit(end_custody), threads.submit(move_in)

    assert (one.result(), other.result()) == ("stay_where_the_case_is", "in")
