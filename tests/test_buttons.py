"""No button leads to a refusal: whoever is shown it may press it.

Somebody with one role here and another there has the permissions of both somewhere, and each of
them at its own place alone. For every two roles they follow every link, and send every form, of
all the pages that they get to.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.urls import resolve

from houshayu.models import MailStatus, Membership, Message, Place, PlaceKind, Post, User
from houshayu.roles import ROLE_PERMISSIONS, Role
from returnees import releasing
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    make_alert,
    make_case,
    make_certificate,
    make_handoff,
    make_observed_case,
    make_place,
    make_user,
    see_through,
    tell_user,
)
from tests.pressing import Page, Press
from tests.test_access_walk import RULES

# Roles that may do the same at every place are tried once.
ROLES = list({frozenset(may): Role(role) for role, may in ROLE_PERMISSIONS.items()}.values())
REFUSED = (403, 404, 405)
# Logging out and one's own password and second step are the same for everybody.
NOT_PRESSED = ("/accounts/", "/language/")


class Area:
    """A sub-district with a community, and a hotel."""

    def __init__(self) -> None:
        self.place = make_place(kind=PlaceKind.SUBDISTRICT)
        self.community = make_place(parent=self.place)
        self.hotel = make_place(kind=PlaceKind.HOTEL, parent=self.place)
        Post.objects.create(place=self.community, task="值班")


def settle(here: Area, there: Area) -> None:
    """Cases here at every stage of their way, and what waits with them."""
    home = here.community
    make_case(place=home, community=home)  # expected
    make_handoff(case=make_case(place=home, community=home), to_place=there.hotel)

    fever = make_observed_case(place=here.hotel, community=home)
    make_alert(fever)
    make_handoff(case=fever, to_place=there.hotel, now=NOW + timedelta(hours=2))
    well = make_observed_case(place=here.hotel, community=home)
    check_in(well, day=0, slot="evening")
    hand_over(well, there.hotel, now=NOW + timedelta(hours=3))  # now in other hands

    elsewhere = make_case(
        place=home, arrived=NOW, community=home, journey={"days_observed_elsewhere": 3}
    )
    staff = make_user(role=Role.COMMUNITY_WORKER, place=home)
    make_certificate(elsewhere, by=staff)

    released = make_case(place=home, arrived=NOW, community=home)
    released_at = see_through(released)
    releasing.release(released, by=staff, now=released_at)
    closed = make_case(place=home, community=home)
    releasing.close(closed, "cancelled", by=staff, now=NOW, note="twice")

    declined = make_handoff(case=make_case(place=home, community=home), to_place=there.hotel)
    declined.decline(by=make_user(role=Role.HOTEL_STAFF, place=there.hotel), now=NOW, reason="full")
    colleague = make_user(role=Role.HOTEL_STAFF, place=here.hotel, email="a@houshayu.example")
    Membership.objects.create(user=colleague, place=there.hotel, role=Role.COORDINATOR)
    tell_user(colleague)
    Message.objects.filter(recipient=colleague).update(mail_status=MailStatus.UNCERTAIN)


def relevant(here: Role) -> list[Role]:
    """Roles that may elsewhere what this one may not here: else no button could be wrong."""
    return [there for there in ROLES if ROLE_PERMISSIONS[there] - ROLE_PERMISSIONS[here]]


def somebody(*roles_at: tuple[Role, Place]) -> Client:
    user = make_user(password="kapok blossom 20")
    for role, place in roles_at:
        Membership.objects.create(user=user, role=role, place=place)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


class Walk:
    """Everything that somebody can press, page after page, is pressed and undone again.

    A page that shows buttons for objects is opened once for each two sets of permissions of its
    apps, here and there. Any other address is tried once for each standing: whether its one
    permission is held here, and there.
    """

    PAGES = {
        "dashboard": ("returnees", "transfers"),
        "case_list": ("returnees", "transfers"),
        "case_detail": ("returnees", "transfers"),
        "handoff_list": ("returnees", "transfers"),
        "handoff_detail": ("returnees", "transfers"),
        "alert_list": ("returnees",),
        "post_list": ("houshayu",),
        "membership_list": ("houshayu",),
    }

    def __init__(self) -> None:
        self.pressed: set[tuple[object, ...]] = set()
        self.refused: list[str] = []

    def by(self, here: tuple[Role, Place], there: tuple[Role, Place]) -> None:
        client = somebody(here, there)
        waiting, seen = [("", Press("get", "/")), ("", Press("get", "/inbox/"))], set()
        while waiting:
            stood, press = waiting.pop()
            standing = self._standing(press, here[0], there[0])
            if press in seen or standing in self.pressed or press.url.startswith(NOT_PRESSED):
                continue
            seen.add(press)
            self.pressed.add(standing)
            with transaction.atomic():
                response = press.by(client)
                if response.status_code == 302:
                    # What was made is gone with the transaction, so its page is opened within it.
                    target = Press("get", response.headers["Location"])
                    if press.method == "post":
                        response = target.by(client)
                    else:
                        waiting.append((stood, target))
                transaction.set_rollback(True)
            if response.status_code in REFUSED:
                where = f"{here[0]} here, {there[0]} there, on {stood}"
                self.refused.append(f"{response.status_code} {press.method} {press.url}: {where}")
            if press.method == "get" and response.headers["Content-Type"].startswith("text/html"):
                page = Page(press.url, response.content.decode())
                waiting += [(press.url, each) for each in page.presses()]

    def _standing(self, press: Press, here: Role, there: Role) -> tuple[object, ...]:
        path, _, query = press.url.partition("?")
        name = resolve(path).view_name
        if name in ("home", "inbox"):
            return (press, here, there)
        if press.method == "get" and not query and (apps := self.PAGES.get(name.split(":")[-1])):
            return (press, *(_of(apps, role) for role in (here, there)))
        permission = getattr(RULES.get(name), "permission", "")
        held = (permission in ROLE_PERMISSIONS[here], permission in ROLE_PERMISSIONS[there])
        act = dict(press.data).get("act", "")  # many acts of a list have one address
        return (press.method, path, act, *held)


def _of(apps: tuple[str, ...], role: Role) -> frozenset[str]:
    return frozenset(each for each in ROLE_PERMISSIONS[role] if each.startswith(apps))


def test_whoever_is_shown_a_button_may_press_it(db: None) -> None:
    one, other = Area(), Area()
    settle(one, other)
    walk = Walk()

    for here in ROLES:
        for there in relevant(here):
            with transaction.atomic():
                walk.by((here, one.place), (there, other.place))
                transaction.set_rollback(True)  # else whoever came before is on the lists

    assert walk.refused == []
    assert len(walk.pressed) > 500
