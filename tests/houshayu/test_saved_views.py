"""Views of a list that somebody saved: opened again, shared, one of them the first page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import django_filters
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from houshayu.listing import Filters
from houshayu.models import Membership, Place, Role, SavedView, User
from houshayu.saved_views import NOT_SAVED, worth_saving
from tests.factories import make_case, make_observed_case, make_user, real_place

CASES = reverse("returnees:case_list")
QUERY = "whereabouts=in_hotel&columns=room&columns=flight&sort=-release"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def make_view(owner: User, name: str = "今日酒店", **fields: Any) -> SavedView:
    view = SavedView(
        **{"owner": owner, "list": "returnees:case_list", "name": name, "query": QUERY, **fields}
    )
    view.keep()
    return view


def save_url(page: str) -> str:
    found = re.search(rf'href="({reverse("savedview_save")}[^"]+)"', page)
    assert found
    return unescape(found[1])


@pytest.fixture
def administrator(db: None) -> User:
    return make_user(role=Role.ADMINISTRATOR, place=real_place("houshayu"))


# --- Saved and opened -------------------------------------------------------------------------


def test_filters_columns_and_order_come_back_by_the_link(
    hotel_worker: User, community: Place, hotel: Place
) -> None:
    case = make_observed_case(place=hotel, community=community)
    client = logged_in(hotel_worker)
    shown = client.get(f"{CASES}?{QUERY}").content.decode()

    client.post(save_url(shown), {"name": "今日酒店"}, follow=True)

    view = SavedView.objects.get()
    again = client.get(view.get_absolute_url(), follow=True)
    assert again.redirect_chain == [(f"{CASES}?{QUERY}", 302)]
    page = again.content.decode()
    assert case.number in page and "视图：今日酒店" in page


def test_every_list_of_the_menu_offers_to_save_what_it_shows(administrator: User) -> None:
    client = logged_in(administrator)

    for name in ("membership_list", "inbox", "outbox", "job_list"):
        assert save_url(client.get(reverse(name)).content.decode())


def test_a_page_that_is_no_entry_of_the_menu_is_not_saved(hotel_worker: User) -> None:
    client = logged_in(hotel_worker)

    for name in ("account_logout", "returnees:case_export", "reveal_list", "nonsense"):
        address = f"{reverse('savedview_save')}?{urlencode({'list': name})}"
        assert client.post(address, {"name": "x"}).status_code == 404


def test_neither_a_page_nor_a_persons_name_is_saved() -> None:
    assert worth_saving("q=王小明&by=Li&after=abc&state=all&alerts=") == "state=all"


def test_what_is_typed_freely_into_a_filter_is_not_saved() -> None:
    free = {
        name
        for kind in Filters.__subclasses__()
        for name, each in kind.base_filters.items()
        if isinstance(each, django_filters.CharFilter) and name not in kind.aside
    }

    # A floor names nobody.
    assert free - set(NOT_SAVED) == {"floor"}


def test_a_view_opens_with_what_still_fits_and_says_what_does_not(
    coordinator: User, community: Place
) -> None:
    case = make_case(place=community, community=community)
    view = make_view(coordinator, query="community=gone&whereabouts=expected&columns=shoe")

    page = logged_in(coordinator).get(view.get_absolute_url(), follow=True).content.decode()

    assert case.number in page
    assert "以下筛选条件已失效，未予采用：所属村/社区" in page
    assert "所选的某一列已不存在" in page


# --- Names ------------------------------------------------------------------------------------


def test_a_view_is_renamed_and_deleted_by_its_owner(coordinator: User) -> None:
    view, client = make_view(coordinator), logged_in(coordinator)

    client.post(reverse("savedview_change", args=[view.pk]), {"name": "明日解除"})

    view.refresh_from_db()
    assert (view.name, view.query) == ("明日解除", QUERY)
    client.post(reverse("savedview_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_name_that_is_taken_is_refused_beside_it(coordinator: User) -> None:
    make_view(coordinator)
    address = f"{reverse('savedview_save')}?{urlencode({'list': 'returnees:case_list'})}"

    answer = logged_in(coordinator).post(address, {"name": "今日酒店"})

    assert answer.status_code == 422
    assert "已有同名视图" in answer.context["form"]["name"].errors[0]
    assert SavedView.objects.get().query == QUERY


@pytest.mark.parametrize(
    ("constraint", "broken"),
    [
        ("savedview_has_a_name", {"name": ""}),
        ("savedview_name_once_per_list", {"name": "今日酒店"}),
        ("savedview_one_start_per_user", {"is_start": True}),
    ],
)
def test_the_database_keeps_names_and_the_one_start(
    coordinator: User, constraint: str, broken: dict[str, Any]
) -> None:
    make_view(coordinator, is_start=True)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SavedView.objects.create(
            **{"owner": coordinator, "list": "returnees:case_list", "name": "别的", **broken}
        )


# --- Shared -----------------------------------------------------------------------------------


def test_a_shared_view_is_there_for_all_who_work_there_and_for_nobody_else(
    coordinator: User, hotel_worker: User, sender: User, hotel: Place
) -> None:
    view = make_view(coordinator, shared_with=hotel)

    assert list(SavedView.objects.visible_to(hotel_worker)) == [view]
    assert list(SavedView.objects.visible_to(sender)) == []
    page = logged_in(hotel_worker).get(CASES).content.decode()
    assert view.get_absolute_url() in page
    assert logged_in(sender).get(view.get_absolute_url()).status_code == 404


def test_what_is_shared_with_a_place_is_shared_with_those_below_it(
    coordinator: User, sender: User
) -> None:
    view = make_view(coordinator, shared_with=real_place("houshayu"))

    assert list(SavedView.objects.visible_to(sender)) == [view]


def test_only_its_owner_changes_or_deletes_a_shared_view(
    coordinator: User, hotel_worker: User, hotel: Place
) -> None:
    view, client = make_view(coordinator, shared_with=hotel), logged_in(hotel_worker)

    for name in ("savedview_change", "savedview_delete"):
        assert client.post(reverse(name, args=[view.pk]), {"name": "x"}).status_code == 404
        assert reverse(name, args=[view.pk]) not in client.get("/views/").content.decode()


def test_those_may_share_who_hold_the_permission_and_at_their_places(
    coordinator: User, hotel_worker: User, hotel: Place
) -> None:
    elsewhere = real_place("gucheng")
    view, own = make_view(coordinator), make_view(hotel_worker)

    def share(client: Client, view: SavedView, place: Place) -> int:
        address = reverse("savedview_change", args=[view.pk])
        return client.post(address, {"name": view.name, "shared_with": place.pk}).status_code

    assert share(logged_in(coordinator), view, hotel) == 302
    assert share(logged_in(hotel_worker), own, hotel) == 302
    view.refresh_from_db()
    own.refresh_from_db()
    assert (view.shared_with, own.shared_with) == (hotel, None)
    outside = make_user(role=Role.COORDINATOR, place=hotel)
    assert share(logged_in(outside), make_view(outside), elsewhere) == 422


def test_a_shared_view_of_a_list_that_one_may_not_open_is_not_there(
    administrator: User, sender: User
) -> None:
    make_view(administrator, list="membership_list", shared_with=real_place("houshayu"))

    assert list(SavedView.objects.visible_to(sender)) == []


# --- The first page ---------------------------------------------------------------------------


def test_the_start_view_is_the_first_page(hotel_worker: User) -> None:
    view, client = make_view(hotel_worker, is_start=True), logged_in(hotel_worker)

    assert client.get(reverse("home")).headers["Location"] == view.address
    client.post(reverse("savedview_change", args=[view.pk]), {"name": view.name})
    assert client.get(reverse("home")).headers["Location"] == reverse("coordination:my_day")


def test_another_start_takes_the_place_of_the_first(hotel_worker: User) -> None:
    first = make_view(hotel_worker, is_start=True)
    second = make_view(hotel_worker, "夜班", is_start=True)

    first.refresh_from_db()
    assert not first.is_start
    assert SavedView.objects.start_of(hotel_worker) == second


def test_somebody_who_lost_the_role_for_a_list_begins_as_everybody_does(
    hotel_worker: User,
) -> None:
    make_view(hotel_worker, is_start=True)
    Membership.objects.filter(user=hotel_worker).update(role=Role.CHECKPOINT_GUARD)

    address = logged_in(User.objects.get(pk=hotel_worker.pk)).get(reverse("home"))

    assert address.headers["Location"] == reverse("returnees:certificate_verify")
