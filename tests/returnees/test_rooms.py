"""Who is in which room, as the database keeps it: attacked by hand, then asked for kindly."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from houshayu.duties import asking
from houshayu.duties.reading import Reader
from houshayu.models import Place, User
from returnees import lodging, releasing, rounds
from returnees.lodging import RoomRefused, RoomsThere, StrangersInRoom
from returnees.models import Case, CaseOutcome, Room, RoomState, RoomStay, RoomUnfit
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    hand_over,
    make_handoff,
    make_observed_case,
    make_room,
    make_user,
    real_place,
)

LATER = NOW + timedelta(hours=3)
MOVE_IN = """
    INSERT INTO returnees_roomstay (case_id, room_id, started_at, ended_at, sharing_reason)
    VALUES (%(case)s, %(room)s, %(at)s, %(until)s, %(reason)s)
"""
LEAVE = "UPDATE returnees_roomstay SET ended_at = %(at)s WHERE case_id = %(case)s"


def move_in(
    case: Case, room: Room, *, at: datetime = LATER, until: datetime | None = None, reason: str = ""
) -> None:
    """As an SQL console would."""
    sql(MOVE_IN, case=case.pk, room=room.pk, at=at, until=until, reason=reason)


def room_of(case: Case) -> str:
    stay = RoomStay.objects.current_of(case)
    return stay.room.number if stay else ""


def state_of(number: str) -> str:
    return Room.objects.get(number=number).state


@pytest.fixture
def guest(hotel: Place, community: Place) -> Case:
    """In the hotel, without a room."""
    return make_observed_case(place=hotel, community=community)


@pytest.fixture
def lodged(hotel: Place, community: Place) -> Case:
    """In room 0801 of the hotel, which has two beds."""
    make_room("0801", place=hotel, beds=2)
    return make_observed_case(place=hotel, community=community, room="0801")


# --- By hand --------------------------------------------------------------------------------------


def test_a_case_has_one_room_at_a_time(lodged: Case) -> None:
    with refused_by("stay_one_open_per_case"):
        move_in(lodged, make_room("0802"))


def test_stays_of_a_case_do_not_overlap(lodged: Case) -> None:
    sql(LEAVE, case=lodged.pk, at=LATER)

    with refused_by("stay_no_overlap"):
        move_in(lodged, make_room("0802"), at=LATER - timedelta(minutes=1))


def test_a_stay_ends_after_it_starts(lodged: Case) -> None:
    with refused_by("stay_ends_after_it_starts"):
        sql(LEAVE, case=lodged.pk, at=NOW)


def test_a_room_is_of_the_place_that_holds_the_case(guest: Case) -> None:
    with refused_by("stay_where_the_case_is"):
        move_in(guest, make_room(place=real_place("demo-hotel-yi")))


def test_nobody_moves_in_before_the_hotel_holds_them(guest: Case) -> None:
    with refused_by("stay_where_the_case_is"):
        move_in(guest, make_room(), at=NOW - timedelta(days=1))


def test_a_stay_begins_open(guest: Case) -> None:
    with refused_by("stay_begins_open"):
        move_in(guest, make_room(), until=LATER + timedelta(hours=1))


@pytest.mark.parametrize(
    "fields",
    [{"state": RoomState.CLEANING}, {"state": RoomState.BLOCKED, "blocked_reason": "漏水"}],
)
def test_a_room_that_is_cleaned_or_blocked_takes_nobody(guest: Case, fields: dict) -> None:
    with refused_by("stay_in_a_room_in_use"):
        move_in(guest, make_room(**fields))


def test_a_room_takes_no_more_people_than_it_has_beds(hotel: Place, guest: Case) -> None:
    other = make_observed_case(place=hotel, room="0812")

    with refused_by("stay_has_a_bed"):
        move_in(guest, other.stays.get().room, reason="一家人")


@pytest.mark.parametrize("reason", ["", "  "])
def test_strangers_do_not_share_a_room_without_a_reason(
    guest: Case, lodged: Case, reason: str
) -> None:
    with refused_by("stay_not_with_strangers"):
        move_in(guest, lodged.stays.get().room, reason=reason)


def test_a_reason_given_for_sharing_is_kept_while_it_lasts(guest: Case, lodged: Case) -> None:
    move_in(guest, lodged.stays.get().room, reason="母亲照看")

    with refused_by("stay_stays_as_it_began"):
        sql("UPDATE returnees_roomstay SET sharing_reason = '' WHERE case_id = %(id)s", id=guest.pk)


@pytest.mark.parametrize(
    "change",
    ["case_id = %(other)s", "room_id = %(room)s", "started_at = started_at + interval '1 minute'"],
)
def test_a_stay_stays_as_it_began(guest: Case, lodged: Case, change: str) -> None:
    with refused_by("stay_stays_as_it_began"):
        sql(f"UPDATE returnees_roomstay SET {change}", other=guest.pk, room=make_room("0803").pk)


def test_an_ended_stay_is_not_taken_up_again(lodged: Case) -> None:
    sql(LEAVE, case=lodged.pk, at=LATER)

    with refused_by("stay_stays_as_it_began"):
        sql("UPDATE returnees_roomstay SET ended_at = NULL")


def test_a_stay_that_goes_on_is_not_wiped_away(lodged: Case) -> None:
    with refused_by("stay_ends_before_it_goes"):
        sql("DELETE FROM returnees_roomstay")


@pytest.mark.parametrize(
    "change", ["state = 'cleaning'", "state = 'blocked', blocked_reason = 'x'", "beds = 1"]
)
def test_a_room_fits_the_people_in_it(guest: Case, lodged: Case, change: str) -> None:
    move_in(guest, lodged.stays.get().room, reason="母亲照看")

    with refused_by("room_fits_its_guests"):
        sql(f"UPDATE returnees_room SET {change}")


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("room_number_form", "number = '三楼'"),
        ("room_number_form", "number = ''"),
        ("room_floor_form", "floor = '三'"),
        ("room_beds_range", "beds = 0"),
        ("room_beds_range", "beds = 13"),
        ("room_state_known", "state = 'haunted'"),
        ("room_blocked_iff_reason", "state = 'blocked'"),
        ("room_blocked_iff_reason", "blocked_reason = 'x'"),
        ("room_once_in_its_hotel", "number = '0801'"),
        ("room_in_a_hotel", "place_id = (SELECT id FROM houshayu_place WHERE code = 'ncie-hub')"),
        (
            "room_in_a_hotel",
            "place_id = (SELECT id FROM houshayu_place WHERE code = 'demo-hotel-yi')",
        ),
    ],
)
def test_a_room_makes_sense(db: None, constraint: str, attack: str) -> None:
    make_room("0801")
    make_room("0802")

    with refused_by(constraint):
        sql(f"UPDATE returnees_room SET {attack} WHERE number = '0802'")


def test_only_a_hotel_has_rooms(hub: Place) -> None:
    with refused_by("room_in_a_hotel"):
        make_room(place=hub)


def test_a_custody_that_ends_ends_the_stay_whatever_ends_it(lodged: Case) -> None:
    with transaction.atomic():
        sql("UPDATE returnees_custody SET ended_at = %(at)s WHERE ended_at IS NULL", at=LATER)
        left, state = [each.ended_at for each in lodged.stays.all()], state_of("0801")
        transaction.set_rollback(True)  # for nobody holds the case then

    assert (left, state) == ([LATER], RoomState.CLEANING)


def test_a_stay_is_over_at_the_earliest_after_it_began(lodged: Case, hotel: Place) -> None:
    """The clock of the host that ends the custody is behind that of the one that gave the room."""
    lodging.lodge(lodged, make_room("0802").number, by=make_user(), now=LATER)

    hand_over(lodged, real_place("ncie-hub"), now=NOW + timedelta(hours=2))

    last = lodged.stays.last()
    assert (last.room.number, last.ended_at > last.started_at) == ("0802", True)


# --- Kindly ---------------------------------------------------------------------------------------


def test_who_changes_room_leaves_one_to_be_cleaned(lodged: Case, hotel_worker: User) -> None:
    make_room("0802")

    lodging.lodge(lodged, "0802", by=hotel_worker, now=LATER)

    assert [(each.room.number, each.ended_at) for each in lodged.stays.all()] == [
        ("0801", LATER),
        ("0802", None),
    ]
    assert (state_of("0801"), state_of("0802")) == (RoomState.CLEANING, RoomState.FREE)


def test_who_travels_together_shares_a_room(lodged: Case, hotel: Place) -> None:
    child = make_observed_case(place=hotel, travel_group=lodged.travel_group)

    lodging.lodge(child, "0801", by=make_user(), now=LATER)

    assert (room_of(child), room_of(lodged)) == ("0801", "0801")


def test_a_room_is_cleaned_when_the_last_one_has_left(lodged: Case, hotel: Place) -> None:
    child = make_observed_case(place=hotel, travel_group=lodged.travel_group, room="0801")

    hand_over(child, real_place("ncie-hub"), now=LATER)
    assert state_of("0801") == RoomState.FREE
    hand_over(lodged, real_place("ncie-hub"), now=LATER)

    assert state_of("0801") == RoomState.CLEANING
    assert not RoomStay.objects.open().exists()


def test_strangers_share_a_room_for_a_reason_alone(guest: Case, lodged: Case) -> None:
    with pytest.raises(StrangersInRoom, match="0801 房间的 王小明 与该人员非同行"):
        lodging.lodge(guest, "0801", by=make_user(), now=LATER)

    lodging.lodge(guest, "0801", by=make_user(), now=LATER, sharing_reason="母亲照看")

    assert RoomStay.objects.current_of(guest).sharing_reason == "母亲照看"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("0999", "没有 0999 房间"),
        ("0803", "漏水"),
        ("0804", "待清洁"),
        ("0805", "已无空床"),
        ("", "未作更改"),
    ],
)
def test_a_room_that_cannot_be_had_is_refused_with_the_reason(
    guest: Case, hotel: Place, number: str, sentence: str
) -> None:
    make_room("0803", state=RoomState.BLOCKED, blocked_reason="漏水")
    make_room("0804", state=RoomState.CLEANING)
    make_observed_case(place=hotel, room="0805")

    with pytest.raises(RoomRefused, match=sentence):
        lodging.lodge(guest, number, by=make_user(), now=LATER)

    assert room_of(guest) == ""


def test_there_is_no_room_outside_a_hotel(case: Case) -> None:
    with pytest.raises(RoomRefused, match="不在酒店"):
        lodging.lodge(case, "0801", by=make_user(), now=LATER)


def test_somebody_is_taken_out_of_a_room_again(lodged: Case) -> None:
    assert lodging.lodge(lodged, "", by=make_user(), now=LATER) is None

    assert (room_of(lodged), state_of("0801")) == ("", RoomState.CLEANING)


def test_a_case_that_is_closed_leaves_its_room(lodged: Case) -> None:
    releasing.close(lodged, CaseOutcome.CONFIRMED, by=make_user(), now=LATER, note="120")

    assert [each.ended_at for each in lodged.stays.all()] == [LATER]
    assert state_of("0801") == RoomState.CLEANING


def test_a_room_is_blocked_unblocked_and_cleaned_in_that_order(hotel_worker: User) -> None:
    room = make_room()

    room.block(by=hotel_worker, now=NOW, reason="漏水")
    with pytest.raises(RoomUnfit, match="已停用"):
        room.block(by=hotel_worker, now=NOW, reason="again")
    with pytest.raises(RoomUnfit, match="不在待清洁状态"):
        room.ready(by=hotel_worker, now=NOW)
    room.unblock(by=hotel_worker, now=NOW)
    assert room.standing is RoomState.CLEANING
    with pytest.raises(RoomUnfit, match="并未停用"):
        room.unblock(by=hotel_worker, now=NOW)
    room.ready(by=hotel_worker, now=NOW)

    assert (room.standing, room.blocked_reason) == (RoomState.FREE, "")


def test_a_room_with_somebody_in_it_is_not_blocked(lodged: Case) -> None:
    with pytest.raises(RoomUnfit, match="0801 房间有人入住"):
        Room.objects.get().block(by=make_user(), now=LATER, reason="漏水")


def test_a_room_keeps_a_bed_for_everybody_in_it(lodged: Case, hotel: Place) -> None:
    make_observed_case(place=hotel, travel_group=lodged.travel_group, room="0801")

    with pytest.raises(RoomUnfit, match="0801 房间现住 2 人"):
        Room.objects.get().furnish(by=make_user(), now=LATER, beds=1, floor="8", accessible=True)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("301-303", ["301", "302", "303"]),
        ("0808 – 0811", ["0808", "0809", "0810", "0811"]),
        ("A01至A03, 401；403", ["A01", "A02", "A03", "401", "403"]),
        ("A-12 301", ["A-12", "301"]),
        ("98-101", ["98", "99", "100", "101"]),
        ("301, 301-302", ["301", "302"]),
    ],
)
def test_rooms_are_named_one_by_one_or_from_to(text: str, numbers: list[str]) -> None:
    assert lodging.read_numbers(text) == numbers


@pytest.mark.parametrize("text", ["320-301", "1-99999", "100-599, 600-1099"])
def test_a_range_rises_and_has_an_end(text: str) -> None:
    with pytest.raises(ValueError, match="-"):
        lodging.read_numbers(text)


def test_rooms_are_added_all_or_none(hotel: Place, hotel_worker: User) -> None:
    lodging.add_rooms(hotel, ["301", "302"], beds=2, by=hotel_worker, now=NOW)

    with pytest.raises(RoomsThere, match="302"):
        lodging.add_rooms(hotel, ["302", "303"], beds=2, by=hotel_worker, now=NOW)

    rooms = Room.objects.in_order().values_list("number", "floor", "beds", "state")
    assert list(rooms) == [("301", "3", 2, "free"), ("302", "3", 2, "free")]


def test_the_capacity_of_a_hotel_is_counted_from_its_rooms(hotel: Place, lodged: Case) -> None:
    make_room("0802")
    make_room("0803", state=RoomState.CLEANING)
    other = real_place("demo-hotel-ding")

    counted = lodging.capacities(Place.objects.filter(pk__in=[hotel.pk, other.pk]).order_by("code"))

    assert [(each.place, each.rooms, each.free) for each in counted] == [
        (other, 40, None),
        (hotel, 3, 1),
    ]


def roomless(user: User, now: datetime) -> list[str]:
    """The numbers of those who wait for a room, as the user's day says."""
    lines = asking.lines(Reader(user), now, kind="room", place="", per_kind=9, after=None)
    return [each.says["number"] for each in lines]


def test_a_round_goes_from_room_to_room(lodged: Case, guest: Case, hotel: Place) -> None:
    listed = rounds.round_list([hotel.pk], NOW.date(), "evening")

    assert [(each.case, each.room, each.floor) for each in listed] == [
        (guest, "", ""),
        (lodged, "0801", "08"),
    ]


def test_whom_a_hotel_takes_without_a_room_it_owes_one(
    case: Case, hotel: Place, hotel_worker: User, coordinator: User
) -> None:
    make_handoff(case=case, to_place=hotel).accept(by=hotel_worker, now=NOW)

    assert roomless(hotel_worker, NOW) == [case.number]
    assert roomless(coordinator, NOW + timedelta(hours=2)) == []
    assert roomless(coordinator, LATER + timedelta(minutes=1)) == [case.number]
    make_room()
    lodging.lodge(case, "0812", by=hotel_worker, now=LATER)

    assert roomless(hotel_worker, LATER) == []
