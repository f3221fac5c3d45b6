"""The map of rooms, the room in the list of cases, and the room at the handoff."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from houshayu import clock
from houshayu.calendar import beijing_date
from houshayu.models import Place, User
from returnees.models import Case, Room, RoomState, RoomStay
from tests.factories import NOW, make_handoff, make_observed_case, make_room, make_user, real_place
from tests.pressing import Page
from transfers.models import Handoff

MAP = reverse("returnees:room_map")


@pytest.fixture
def client(client: Client, hotel_worker: User) -> Client:
    client.force_login(hotel_worker)
    return client


@pytest.fixture
def lodged(hotel: Place) -> Case:
    make_room("0801", place=hotel, beds=2)
    return make_observed_case(place=hotel, room="0801", person={"name_zh": "李住客"})


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def room_of(case: Case) -> str:
    stay = RoomStay.objects.current_of(case)
    return stay.room.number if stay else ""


def set_room(client: Client, case: Case, room: str, **more: str) -> object:
    return client.post(reverse("returnees:case_room", args=[case.number]), {"room": room, **more})


def test_the_map_shows_by_floor_who_is_where_on_which_day(client: Client, lodged: Case) -> None:
    make_room("0901", accessible=True)
    make_room("0902", state=RoomState.BLOCKED, blocked_reason="漏水")
    make_room("0903", state=RoomState.CLEANING)

    page = client.get(MAP)

    floors = [(floor, [r.number for r in rooms]) for (_, floor), rooms in page.context["floors"]]
    assert floors == [("08", ["0801"]), ("09", ["0901", "0902", "0903"])]
    shown = page.content.decode()
    day = (beijing_date(clock.now()) - beijing_date(NOW)).days
    for said in ("李住客", lodged.get_absolute_url(), "漏水", f"第{day}天", "无障碍", "待清洁"):
        assert said in shown


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=free", ["0901"]),
        ("state=taken", ["0801"]),
        ("state=cleaning", ["0902"]),
        ("state=blocked", []),
        ("floor=08", ["0801"]),
        ("accessible=true", ["0901"]),
    ],
)
def test_the_map_is_narrowed_by_its_address(
    client: Client, lodged: Case, query: str, numbers: list[str]
) -> None:
    make_room("0901", accessible=True)
    make_room("0902", state=RoomState.CLEANING)

    page = client.get(f"{MAP}?{query}")

    assert [room.number for _, rooms in page.context["floors"] for room in rooms] == numbers


def test_the_rooms_of_another_hotel_are_not_shown(client: Client, lodged: Case) -> None:
    make_room("0666", place=real_place("demo-hotel-yi"))

    assert "0666" not in text(client, f"{MAP}?place=demo-hotel-yi")


@pytest.mark.parametrize("n", [1, 3])
def test_the_map_asks_as_often_for_many_rooms_as_for_one(
    client: Client, hotel: Place, n: int, django_assert_max_num_queries: object
) -> None:
    for number in range(n):
        make_observed_case(place=hotel, room=f"080{number}")

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get(MAP)


def test_a_range_of_rooms_is_added_at_once(client: Client, hotel: Place) -> None:
    client.post(
        reverse("returnees:room_add"), {"place": hotel.pk, "numbers": "３０１-320", "beds": 2}
    )

    rooms = list(Room.objects.in_order())
    assert (len(rooms), rooms[0].number, rooms[-1].number) == (20, "301", "320")
    assert {(room.floor, room.beds, room.place) for room in rooms} == {("3", 2, hotel)}


@pytest.mark.parametrize("numbers", ["320-301", "三楼", "301, 三楼", ""])
def test_rooms_that_nobody_could_find_are_not_added(
    client: Client, hotel: Place, numbers: str
) -> None:
    answer = client.post(
        reverse("returnees:room_add"), {"place": hotel.pk, "numbers": numbers, "beds": 2}
    )

    assert answer.status_code == 422
    assert not Room.objects.exists()


def test_rooms_are_added_to_ones_own_hotel_alone(client: Client) -> None:
    other = real_place("demo-hotel-yi")

    answer = client.post(
        reverse("returnees:room_add"), {"place": other.pk, "numbers": "301", "beds": 2}
    )

    assert answer.status_code == 422


def test_a_room_is_blocked_with_a_reason_unblocked_and_cleaned(client: Client) -> None:
    room = make_room()

    def press(act: str, **data: str) -> str:
        client.post(reverse(f"returnees:room_{act}", args=[room.pk]), data)
        room.refresh_from_db()
        return f"{room.state} {room.blocked_reason}".strip()

    assert press("block") == "free"
    assert press("block", reason="漏水") == "blocked 漏水"
    assert press("unblock") == "cleaning"
    assert press("ready") == "free"


def test_many_rooms_are_cleaned_at_once_each_with_its_result(client: Client) -> None:
    rooms = [make_room("0901", state=RoomState.CLEANING), make_room("0902")]

    page = client.post(
        reverse("returnees:room_bulk"), {"act": "ready", "chosen": [room.pk for room in rooms]}
    )

    assert (page.context["done"], page.context["refused"]) == (1, 1)


def test_who_may_only_look_finds_no_button_on_the_map(client: Client, lodged: Case) -> None:
    client.force_login(make_user(role="medical_member", place=real_place("houshayu")))
    shown = client.get(f"{MAP}?place=demo-hotel-jia")

    urls = {press.url for press in Page(MAP, shown.content.decode()).presses()}
    assert "李住客" in shown.content.decode()
    assert not [url for url in urls if url.startswith("/rooms/") and "?" not in url and url != MAP]


def test_the_room_is_set_and_changed_in_the_row_of_the_list(client: Client, hotel: Place) -> None:
    case = make_observed_case(place=hotel)
    make_room("0801")
    make_room("0802")
    url = reverse("returnees:case_room", args=[case.number])
    assert url in text(client, reverse("returnees:case_list"))

    for number in ("0801", " ０８０２ "):
        row = client.post(url, {"room": number}, headers={"HX-Request": "true"})

        assert row.status_code == 200
        assert row.content.decode().lstrip().startswith("<tr")

    assert room_of(case) == "0802"
    assert 'value="0802"' in row.content.decode()


def test_a_room_that_is_refused_stays_in_its_row_with_the_reason(
    client: Client, lodged: Case, hotel: Place
) -> None:
    case = make_observed_case(place=hotel)
    url = reverse("returnees:case_room", args=[case.number])

    row = client.post(url, {"room": "0801"}, headers={"HX-Request": "true"})

    assert row.status_code == 422
    assert 'name="sharing_reason"' in row.content.decode() and "李住客" in row.content.decode()
    client.post(url, {"room": "0801", "sharing_reason": "护工"})
    assert room_of(case) == "0801"


def test_a_family_moves_into_one_room_at_once(client: Client, hotel: Place) -> None:
    mother = make_observed_case(place=hotel)
    child = make_observed_case(place=hotel, travel_group=mother.travel_group)
    make_room("0801", beds=2)

    client.post(
        reverse("returnees:case_bulk"),
        {
            "act": "lodge",
            "chosen": [mother.number, child.number],
            "confirmed": "1",
            "room": "0801",
        },
    )

    assert (room_of(mother), room_of(child)) == ("0801", "0801")


def test_who_may_not_set_a_room_reads_it(lodged: Case, client: Client) -> None:
    client.force_login(make_user(role="medical_member", place=real_place("houshayu")))

    listed = text(client, reverse("returnees:case_list"))

    assert "0801" in listed
    assert reverse("returnees:case_room", args=[lodged.number]) not in listed


def test_the_list_finds_those_without_a_room(client: Client, lodged: Case, hotel: Place) -> None:
    guest = make_observed_case(place=hotel)

    def found(wanted: str) -> list[Case]:
        page = client.get(reverse("returnees:case_list"), {"room": wanted})
        return list(page.context["page"].rows)

    assert (found("false"), found("true")) == ([guest], [lodged])


# Of the case of the cast; whoever accepts has asked the person.
AS_EXPECTED = dict.fromkeys(("arrived_at", "sure_at"), "2020-03-20T14:30")


@pytest.fixture
def on_offer(case: Case, hotel: Place) -> Handoff:
    return make_handoff(case=case, to_place=hotel)


def test_a_hotel_accepts_with_a_room_or_says_that_there_is_none_yet(
    client: Client, on_offer: Handoff
) -> None:
    make_room()
    url = reverse("transfers:handoff_accept", args=[on_offer.pk])

    for data in ({}, {"room": "0812", "without_room": "on"}, {"room": "0999"}):
        assert client.post(url, data | AS_EXPECTED).status_code == 422
    on_offer.refresh_from_db()
    assert on_offer.is_open
    client.post(url, {"room": "0812"} | AS_EXPECTED)

    assert room_of(on_offer.case) == "0812"


def test_who_is_accepted_without_a_room_waits_for_one_on_my_day(
    client: Client, on_offer: Handoff
) -> None:
    url = reverse("transfers:handoff_accept", args=[on_offer.pk])

    client.post(url, {"without_room": "on"} | AS_EXPECTED)

    assert room_of(on_offer.case) == ""
    mine = text(client, reverse("coordination:my_day"))
    assert f"{on_offer.case.person}需要在示例酒店甲安排房间" in mine


def test_no_room_is_given_where_there_are_none(case: Case, receiver: User, client: Client) -> None:
    handoff = make_handoff(case=case)
    client.force_login(receiver)

    answer = client.post(reverse("transfers:handoff_accept", args=[handoff.pk]), {"room": "0812"})

    assert answer.status_code == 422


def test_the_page_of_a_case_says_its_rooms_with_their_times(client: Client, lodged: Case) -> None:
    make_room("0802")
    set_room(client, lodged, "0802")

    shown = text(client, lodged.get_absolute_url())

    assert "0801" in shown and "0802" in shown
    assert reverse("returnees:case_room", args=[lodged.number]) in shown


def test_whoever_hands_over_to_a_hotel_sees_how_many_rooms_it_has_free(
    case: Case, client: Client, sender: User, lodged: Case
) -> None:
    make_room("0901")
    client.force_login(sender)

    shown = text(client, reverse("transfers:handoff_offer", args=[case.number]))

    assert "示例酒店甲，空闲1间" in shown
    assert "示例酒店乙</option>" in shown  # its rooms are not listed yet
