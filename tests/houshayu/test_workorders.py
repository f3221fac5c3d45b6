"""Work orders: given to a place or a person, done once, by those whose they are."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from houshayu import clock, workorders
from houshayu.models import Place, Role, User, WorkOrder
from houshayu.models.workorders import WorkOrderDone
from houshayu.workorders import DIRECTIVE, WAITS, Link, WorkOrderKind
from returnees.models import Case
from tests.attacks import sql
from tests.factories import NOW, make_order, make_user, real_place

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def shown(client: Client, user: User, **query: str) -> list[WorkOrder]:
    client.force_login(user)
    return list(client.get(reverse("workorder_list"), query).context["page"].rows)


# --- Done once ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_somebody_who_is_second_learns_who_was_first(hotel_worker: User) -> None:
    order = make_order()
    stale = WorkOrder.objects.get()
    order.done(by=hotel_worker, now=NOW, result="缺200个")

    with pytest.raises(WorkOrderDone, match="hotel_worker"):
        stale.done(by=make_user(), now=NOW + timedelta(hours=1), result="不缺")

    order = WorkOrder.objects.get()
    assert (order.done_by, order.done_at, order.result) == (hotel_worker, NOW, "缺200个")


@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_finishes_an_order_at_once() -> None:
    order, people = make_order(), [make_user() for _ in range(6)]

    def finish(by: User) -> bool:
        try:
            WorkOrder.objects.get(pk=order.pk).done(by=by, now=NOW, result=by.username)
        except WorkOrderDone:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        won = list(pool.map(finish, people))

    first = WorkOrder.objects.get()
    assert won.count(True) == 1
    assert first.done_by == people[won.index(True)]
    assert first.result == people[won.index(True)].username


@pytest.mark.django_db
def test_what_is_done_is_not_opened_again_even_by_sql(hotel_worker: User) -> None:
    make_order().done(by=hotel_worker, now=NOW, result="好")

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        sql("UPDATE houshayu_workorder SET done_at = NULL, done_by_id = NULL, result = ''")


@pytest.mark.django_db
def test_the_history_says_who_gave_it_and_who_did_it(coordinator: User, hotel_worker: User) -> None:
    make_order(by=coordinator).done(by=hotel_worker, now=NOW, result="好")

    events = WorkOrder.pgh_event_models["update"].objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert list(events.values_list("pgh_label", "opened_by", "done_by")) == [
        ("insert", coordinator.pk, None),
        ("update", coordinator.pk, hotel_worker.pk),
    ]


# --- For whom -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_seen_where_it_is_to_be_done_above_and_by_its_owner_alone(
    client: Client, hotel_worker: User, coordinator: User, stranger: User, receiver: User
) -> None:
    order = make_order(owner=receiver)

    assert [shown(client, user) for user in (hotel_worker, coordinator, receiver)] == [[order]] * 3
    assert shown(client, stranger) == []


@pytest.mark.django_db
def test_its_owner_does_it_wherever_they_work_and_a_stranger_does_not(
    client: Client, receiver: User, stranger: User
) -> None:
    order = make_order(owner=receiver)
    url = reverse("workorder_done", args=[order.pk])

    client.force_login(stranger)
    assert client.post(url, {"result": "好"}).status_code == 404
    client.force_login(receiver)
    assert client.post(url, {"result": "好"}).status_code == 302

    assert WorkOrder.objects.get().done_by == receiver


@pytest.mark.django_db
def test_late_ones_stand_first_and_done_ones_on_their_own(
    client: Client, hotel_worker: User
) -> None:
    tomorrow = make_order(due_at=NOW + timedelta(days=1))
    late = make_order(now=NOW - timedelta(days=1), due_at=NOW - timedelta(hours=1))
    done = make_order()
    done.done(by=hotel_worker, now=NOW, result="好")

    assert shown(client, hotel_worker) == [late, tomorrow]
    assert shown(client, hotel_worker, state="late") == [late]
    assert shown(client, hotel_worker, state="done") == [done]


@pytest.mark.django_db
def test_the_list_is_narrowed_by_kind_and_place_and_what_lies_below(
    client: Client, coordinator: User, hub: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(workorders._kinds, "hazard", WorkOrderKind("hazard", "Hazard"))
    at_hotel, at_hub = make_order(), make_order(place=hub, due_at=NOW + timedelta(hours=11))
    hazard = make_order(kind="hazard", due_at=NOW + timedelta(hours=12))

    assert shown(client, coordinator, place=hub.code) == [at_hub]
    assert shown(client, coordinator, kind="hazard") == [hazard]
    assert shown(client, coordinator, place="houshayu") == [at_hotel, at_hub, hazard]
    assert shown(client, coordinator, kind="hazard", place=hub.code) == []


@pytest.mark.django_db
@pytest.mark.parametrize("n", [1, 3])
def test_the_list_asks_as_often_for_many_orders_as_for_one(
    client: Client, hotel_worker: User, n: int, django_assert_num_queries: Any
) -> None:
    for _number in range(n):
        make_order(owner=hotel_worker)
    client.force_login(hotel_worker)

    with django_assert_num_queries(9):
        client.get(reverse("workorder_list"))


@pytest.mark.django_db
def test_what_it_is_about_is_a_link_for_those_who_may_see_it(
    client: Client,
    case: Case,
    sender: User,
    coordinator: User,
    community: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[set[int]] = []

    def cases(ids: Collection[int], user: User) -> dict[int, Link]:
        asked.append(set(ids))
        seen = Case.objects.in_hands_of(user).filter(pk__in=ids)
        return {each.pk: Link(each.number, each.get_absolute_url()) for each in seen}

    monkeypatch.setitem(workorders._kinds, "gap", WorkOrderKind("gap", "Gap", cases))
    editor = make_user(role=Role.OUTREACH_EDITOR, place=community)
    for _number in range(2):
        make_order(kind="gap", place=community, about=case)

    def page(user: User) -> str:
        client.force_login(user)
        return client.get(reverse("workorder_list")).content.decode()

    assert case.number in page(sender)
    assert asked == [{case.pk}]
    assert case.number not in page(editor)
    order = WorkOrder.objects.first()
    assert order and (order.about_model, order.about_id) == ("returnees.case", case.pk)


# --- Pages ----------------------------------------------------------------------------------


def directive(to: Place, **changed: str) -> dict[str, str]:
    return {"place": str(to.pk), "text": "清点口罩", "due_at": "2020-03-20T18:00"} | changed


@pytest.mark.django_db
def test_a_coordinator_gives_a_directive_to_a_place_below(
    client: Client, coordinator: User, hotel: Place, hotel_worker: User
) -> None:
    client.force_login(coordinator)

    answer = client.post(
        reverse("workorder_open"), directive(hotel, owner=str(hotel_worker.pk)), follow=True
    )

    order = WorkOrder.objects.get()
    assert answer.redirect_chain == [(order.get_absolute_url(), 302)]
    assert (order.kind, order.place, order.owner, order.text) == (
        DIRECTIVE.code,
        hotel,
        hotel_worker,
        "清点口罩",
    )
    assert (order.opened_by, order.opened_at) == (coordinator, NOW)
    assert order.due_at == NOW.replace(hour=18, minute=0)
    page = answer.content.decode()
    assert "指令已下达" in page and "清点口罩" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"due_at": "2020-03-20T08:30"}, "due_at"),
        ({"due_at": "2030-03-20T08:30"}, "due_at"),
        ({"text": ""}, "text"),
        ({"place": "0"}, "place"),
    ],
)
def test_a_directive_that_nobody_can_follow_is_not_given(
    client: Client, coordinator: User, hotel: Place, changed: dict[str, str], field: str
) -> None:
    client.force_login(coordinator)

    page = client.post(reverse("workorder_open"), directive(hotel, **changed))

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not WorkOrder.objects.exists()


@pytest.mark.django_db
def test_a_directive_goes_neither_to_a_place_nor_to_a_person_of_others(
    client: Client, coordinator: User, hotel: Place
) -> None:
    konggang = real_place("gucheng")
    theirs = make_user(role=Role.COMMUNITY_WORKER, place=konggang)
    auditor = make_user(role=Role.PRIVACY_AUDITOR, place=hotel)
    client.force_login(make_user(role=Role.COORDINATOR, place=hotel))

    for changed in (
        {"place": str(konggang.pk)},
        {"owner": str(theirs.pk)},
        {"owner": str(auditor.pk)},
    ):
        assert (
            client.post(reverse("workorder_open"), directive(hotel, **changed)).status_code == 422
        )

    assert not WorkOrder.objects.exists()


@pytest.mark.django_db
def test_the_row_is_answered_in_place(client: Client, hotel_worker: User) -> None:
    order = make_order()
    url = reverse("workorder_done", args=[order.pk])
    client.force_login(hotel_worker)
    assert url in client.get(reverse("workorder_list")).content.decode()

    refused = client.post(url, {"result": " "}, headers=HTMX)
    done = client.post(url, {"result": "缺200个"}, headers=HTMX)
    again = client.post(url, {"result": "不缺"}, headers=HTMX)

    assert (refused.status_code, done.status_code) == (422, 200)
    assert "请说明结果" in refused.content.decode()
    row = done.content.decode()
    assert f'id="workorder-{order.pk}"' in row and "缺200个" in row and url not in row
    assert "hotel_worker已完成" in again.content.decode() and "不缺" not in again.content.decode()


@pytest.mark.django_db
def test_chosen_orders_are_done_with_one_result_and_others_stay(
    client: Client, hotel_worker: User, stranger: User, hub: Place
) -> None:
    first, second, theirs = make_order(), make_order(), make_order(place=hub)
    second.done(by=make_user(), now=NOW, result="早已完成")
    client.force_login(hotel_worker)
    chosen = {"act": "done", "chosen": [first.pk, second.pk, theirs.pk]}
    address = reverse("workorder_bulk")

    asked = client.post(address, chosen)
    empty = client.post(address, chosen | {"confirmed": "1", "result": " "})
    done = client.post(address, chosen | {"confirmed": "1", "result": "都清点了"})

    assert [page.status_code for page in (asked, empty, done)] == [200, 422, 200]
    assert {each.row: bool(each.refused) for each in done.context["results"]} == {
        first: False,
        second: True,
    }
    results = {order.pk: order.result for order in WorkOrder.objects.all()}
    assert results == {first.pk: "都清点了", second.pk: "早已完成", theirs.pk: ""}


@pytest.mark.django_db
def test_without_script_the_page_says_what_is_missing(client: Client, hotel_worker: User) -> None:
    order = make_order()
    client.force_login(hotel_worker)

    refused = client.post(reverse("workorder_done", args=[order.pk]), {"result": ""})

    assert refused.status_code == 422
    assert "请说明结果" in refused.content.decode() and "<h1>" in refused.content.decode()


# --- API and duty ---------------------------------------------------------------------------


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.mark.django_db
def test_the_api_gives_lists_and_finishes_by_the_rules_of_the_pages(
    coordinator: User, hotel: Place, hotel_worker: User, stranger: User
) -> None:
    order = {
        "place": hotel.code,
        "owner": "hotel_worker",
        "text": "清点口罩",
        "due_at": "2020-03-20T18:00:00+08:00",
    }
    given = api(coordinator).post("/api/work-orders/", order, format="json")
    assert given.status_code == 201, given.json()
    address = f"/api/work-orders/{given.json()['id']}/"

    assert [
        each["id"] for each in api(hotel_worker).get("/api/work-orders/").json()["results"]
    ] == [given.json()["id"]]
    assert api(stranger).get("/api/work-orders/").json()["results"] == []
    assert api(stranger).get(address).status_code == 404
    answers = [
        api(hotel_worker).post(f"{address}done/", {"result": "好"}, format="json") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert (answers[0].json()["done_by"], answers[0].json()["can_finish"]) == (
        "hotel_worker",
        False,
    )
    assert api(hotel_worker).get("/api/work-orders/").json()["results"] == []
    done = api(hotel_worker).get("/api/work-orders/", {"state": "done"}).json()["results"]
    assert [each["result"] for each in done] == ["好"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed", [{"due_at": "2020-03-20T08:30:00+08:00"}, {"text": ""}, {"owner": "stranger"}]
)
def test_the_api_refuses_what_the_page_refuses(
    coordinator: User, hotel: Place, stranger: User, changed: dict[str, str]
) -> None:
    giver = make_user(role=Role.COORDINATOR, place=hotel)
    order = {"place": hotel.code, "text": "清点口罩", "due_at": "2020-03-20T18:00:00+08:00"}

    answer = api(giver).post("/api/work-orders/", order | changed, format="json")

    assert (answer.status_code, list(answer.json())) == (400, list(changed))
    assert not WorkOrder.objects.exists()


@pytest.mark.django_db
def test_what_waits_is_selected_in_the_columns_of_a_duty(hotel: Place, hotel_worker: User) -> None:
    order = make_order(owner=hotel_worker)
    make_order().done(by=hotel_worker, now=NOW, result="好")

    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        columns = [column.name for column in cursor.description]
        rows = cursor.fetchall()

    assert columns == [
        *("about_id", "occurrence", "place_id", "other_place_id", "user_id", "due_at", "says"),
    ]
    says = '{"kind": "directive", "text": "清点口罩"}'
    assert rows == [(order.pk, "", hotel.pk, None, hotel_worker.pk, order.due_at, says)]


def test_a_code_names_one_kind() -> None:
    workorders.register(DIRECTIVE)

    with pytest.raises(ValueError, match="directive"):
        workorders.register(WorkOrderKind("directive", "Another"))
