"""Nobody gets anywhere by an address: every route there is, tried by those who may and may not.

The routes are found by walking the resolver. Each has a rule here; one that has none fails, and
so does a rule whose route is gone. A rule says who may; the test tries nobody, the most powerful
role that may not, the right role at another place, and the right role at the right place.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from houshayu import tasks
from houshayu.models import MailStatus, Membership, Message, Place, Post, SavedView, User
from houshayu.roles import ROLE_PERMISSIONS
from returnees import observing, releasing
from returnees.api.examples import REGISTRATION
from returnees.models import (
    Alert,
    Case,
    LabTest,
    RegistrationDraft,
    Room,
)
from returnees.sheets import batches
from tests.factories import (
    NOW,
    check_in,
    make_certificate,
    make_handoff,
    make_observed_case,
    make_order,
    make_room,
    make_user,
    observation_of,
    real_place,
    see_through,
    tell_user,
)
from transfers.models import Handoff

NAME = "欧阳不应泄露"


@dataclass
class World:
    """One person in a hotel, on offer to the hub, with a fever, and what hangs on that."""

    case: Case
    handoff: Handoff
    community: Place
    hotel: Place
    hub: Place

    @property
    def alert(self) -> Alert:
        return self.case.alerts.get()

    @property
    def labtest(self) -> LabTest:
        return observation_of(self.case).labtests.first()

    @property
    def mail(self) -> Message:
        return Message.objects.get(recipient__username="notified", kind="alert")

    def shown_by(self, response: HttpResponse) -> list[str]:
        """What a response shows of the case to those whose case it is not."""
        asked, text = response.request["PATH_INFO"], body(response).decode(errors="replace")
        secrets = [self.case.number, NAME, "OUYANG", self.case.document.masked_number]
        return [each for each in secrets if each in text and each not in asked]


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    # The walk takes place today, and its people travelled in 2020.
    monkeypatch.setattr("returnees.forms.between.LONGEST_WAY", timedelta(days=36_500))
    community, hotel, hub = (
        real_place(code) for code in ("houshayu-village", "demo-hotel-jia", "ncie-hub")
    )
    make_user(
        username="notified", role="coordinator", place=hotel, email="notified@houshayu.example"
    )
    case = make_observed_case(
        place=hotel,
        community=community,
        room="0801",
        person={"name_zh": NAME, "surname_latin": "OUYANG"},
    )
    check_in(case, day=0, slot="evening", temperature="38.6")
    handoff = make_handoff(case=case, to_place=hub)
    return World(case, handoff, community, hotel, hub)


A_DRAFT = {"draft": "5f2b8f5e-3d5c-4f44-9a55-1f3a3d0d8f01", "person-name_zh": NAME}
Given = Callable[[World, User], dict[str, Any]]


def nothing(world: World, user: User) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Public:
    """For everybody, logged in or not; what the page answers to nobody."""

    method: str = "get"
    answers: tuple[int, ...] = (200,)


@dataclass(frozen=True)
class LoggedIn:
    """For every user; it shows them what is their own, or that they have no such thing.

    given: what the address names, the user's own; for others it is not there.
    """

    method: str = "get"
    answers: tuple[int, ...] = (200, 302)
    given: Given | None = None


@dataclass(frozen=True)
class Needs:
    """For users with the permission, who see what lies in the places where they hold it.

    at: the place of the world where the right role works. given: what the address names, in the
    hands of the right user; without it the route lists, and lists nothing to others.
    """

    permission: str
    at: str = "hotel"
    method: str = "get"
    given: Given | None = None
    data: Given = nothing
    # 422: let in, and asked for what the form still needs.
    answers: tuple[int, ...] = (200, 302, 422)
    elsewhere: tuple[int, ...] = ()

    @property
    def answers_elsewhere(self) -> tuple[int, ...]:
        return self.elsewhere or ((404,) if self.given else self.answers)


@dataclass(frozen=True)
class Own:
    """For the one user whose it is; to everybody else, whatever their role, it is not there."""

    given: Given


def the_case(world: World, user: User) -> dict[str, Any]:
    return {"number": world.case.number}


def the_case_with_a_certificate(world: World, user: User) -> dict[str, Any]:
    make_certificate(world.case, by=user)
    return the_case(world, user)


def the_handoff(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.handoff.pk}


def the_alert(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.alert.pk}


def the_test(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.labtest.pk}


def the_test_of_the_case(world: World, user: User) -> dict[str, Any]:
    return the_case(world, user) | the_test(world, user)


def the_sampled_test(world: World, user: User) -> dict[str, Any]:
    observing.record_test(world.labtest, "pending", by=user, now=NOW)
    return the_test(world, user)


def the_sampled_test_of_the_case(world: World, user: User) -> dict[str, Any]:
    return the_case(world, user) | the_sampled_test(world, user)


def the_checkin(world: World, user: User) -> dict[str, Any]:
    return {"pk": observation_of(world.case).checkins.get().pk}


def the_checkin_of_the_case(world: World, user: User) -> dict[str, Any]:
    return the_case(world, user) | the_checkin(world, user)


def a_case_released_today(world: World, user: User) -> dict[str, Any]:
    """Another one, who could have gone long ago."""
    case = make_observed_case(place=world.hotel)
    see_through(case)
    releasing.release(case, by=user, now=timezone.now())
    return {"number": case.number}


def a_post(world: World, user: User) -> dict[str, Any]:
    return {"pk": Post.objects.create(place=world.hotel, task="前台").pk}


def a_colleague(world: World, user: User) -> dict[str, Any]:
    return {"pk": make_user(role="hotel_staff", place=world.hotel).pk}


def the_role_of_a_colleague(world: World, user: User) -> dict[str, Any]:
    colleague = make_user(role="hotel_staff", place=world.hotel)
    return {"pk": Membership.objects.get(user=colleague).pk}


def an_uncertain_mail(world: World, user: User) -> dict[str, Any]:
    mail = world.mail
    mail.mail_status = MailStatus.UNCERTAIN
    mail.save(update_fields=["mail_status"])
    return {"pk": mail.pk}


def own_job(world: World, user: User) -> dict[str, Any]:
    job = batches.ask("registration", [world.case.number], by=user, language="", now=NOW)
    tasks.run_job(job.pk)
    return {"pk": job.pk}


def an_order(world: World, user: User) -> dict[str, Any]:
    return {"pk": make_order(place=world.hotel, text=f"{NAME}的房间").pk}


def a_result(world: World, user: User) -> dict[str, Any]:
    return {"result": "清点完毕"}


def a_directive(world: World, user: User) -> dict[str, Any]:
    due_at = (timezone.now() + timedelta(hours=3)).isoformat()
    return {"place": world.hotel.code, "text": "清点口罩", "due_at": due_at}


def own_draft(world: World, user: User) -> dict[str, Any]:
    typed = QueryDict(urlencode(A_DRAFT))
    RegistrationDraft.objects.keep(uuid.UUID(A_DRAFT["draft"]), typed, by=user, now=NOW)
    return {"pk": A_DRAFT["draft"]}


def own_message(world: World, user: User) -> dict[str, Any]:
    tell_user(user, kind=f"own-{user.pk}")
    return {"pk": Message.objects.get(kind=f"own-{user.pk}").pk}


def own_view(world: World, user: User) -> dict[str, Any]:
    view, _is_new = SavedView.objects.get_or_create(owner=user, list="inbox", name="未读")
    return {"pk": view.pk}


MORNING = {"on": "2020-03-21", "slot": "morning"}


def a_round(world: World, user: User) -> dict[str, Any]:
    return MORNING | {"readings": [{"case": world.case.number, "temperature": "36.5"}]}


def another_offer(world: World, user: User) -> dict[str, Any]:
    return {"case": world.case.number, "to_place": "shunyi-hospital"}


def a_registration_there(world: World, user: User) -> dict[str, Any]:
    return REGISTRATION | {"place": world.hotel.code}


def the_phone(world: World, user: User) -> dict[str, Any]:
    return {"number": world.case.number, "field": "phone_cn"}


def a_room(world: World, user: User) -> dict[str, Any]:
    there = Room.objects.filter(place=world.hotel, number="0802").first()
    return {"pk": (there or make_room("0802", place=world.hotel)).pk}


def the_sheet(world: World, user: User) -> dict[str, Any]:
    return {"number": world.case.number, "sheet": "registration"}


RULES: dict[str, Public | LoggedIn | Own | Needs] = {
    "home": LoggedIn(),
    "healthz": Public(),
    "set_language": Public(method="post", answers=(302,)),
    "account_login": Public(),
    "account_logout": LoggedIn(),
    "account_inactive": Public(),
    "account_reauthenticate": LoggedIn(),
    "account_change_password": LoggedIn(),
    "mfa_index": LoggedIn(),
    "mfa_authenticate": Public(answers=(302,)),
    "mfa_reauthenticate": LoggedIn(),
    "mfa_activate_totp": LoggedIn(),
    "mfa_deactivate_totp": LoggedIn(answers=(404,)),
    "mfa_view_recovery_codes": LoggedIn(answers=(404,)),
    "mfa_generate_recovery_codes": LoggedIn(),
    "mfa_download_recovery_codes": LoggedIn(answers=(404,)),
    "inbox": LoggedIn(),
    "message_detail": LoggedIn(given=own_message),
    "inbox_read": LoggedIn(method="post"),
    "message_read": LoggedIn(method="post", given=own_message),
    # Let in, and without a button pressed there is nothing to do.
    "inbox_bulk": LoggedIn(method="post", answers=(404,)),
    "job_list": LoggedIn(),
    "job_detail": Own(given=own_job),
    "job_file": Own(given=own_job),
    "savedview_list": LoggedIn(),
    # Without a list there is nothing to save.
    "savedview_save": LoggedIn(answers=(404,)),
    "savedview_open": LoggedIn(given=own_view, answers=(302,)),
    "savedview_change": LoggedIn(given=own_view, answers=(200,)),
    "savedview_delete": LoggedIn(method="post", given=own_view, answers=(302,)),
    "outbox": Needs("houshayu.view_outbox"),
    "outbox_bulk": Needs(
        "houshayu.view_outbox",
        method="post",
        data=lambda world, _: {"act": "leave", "chosen": world.mail.pk},
    ),
    "outbox_settle": Needs(
        "houshayu.view_outbox",
        method="post",
        given=an_uncertain_mail,
        data=lambda *_: {"decision": "leave"},
    ),
    "post_list": Needs("houshayu.view_post"),
    "post_edit": Needs("houshayu.change_post", given=a_post),
    "workorder_list": Needs("houshayu.view_workorder"),
    "workorder_bulk": Needs(
        "houshayu.view_workorder",
        method="post",
        data=lambda world, user: {"act": "done", "chosen": an_order(world, user)["pk"]},
    ),
    "workorder_detail": Needs("houshayu.view_workorder", given=an_order),
    "workorder_open": Needs("houshayu.add_workorder", answers=(200, 422)),
    "workorder_done": Needs(
        "houshayu.finish_workorder", method="post", given=an_order, data=a_result
    ),
    "membership_list": Needs("houshayu.administer"),
    "user_add": Needs("houshayu.administer"),
    "membership_add": Needs("houshayu.administer", given=a_colleague),
    "password_renew": Needs("houshayu.administer", method="post", given=a_colleague),
    "reveal_list": Needs("houshayu.view_reveal"),
    "membership_remove": Needs("houshayu.administer", method="post", given=the_role_of_a_colleague),
    "returnees:case_register": Needs("returnees.add_case", answers=(200, 422)),
    "returnees:family_next": Needs("returnees.add_case", given=the_case, answers=(200, 422)),
    "returnees:draft_save": Needs(
        "returnees.add_case", method="post", data=lambda *_: A_DRAFT, answers=(200, 204, 302)
    ),
    # Deleting what is not there counts as done; a test below checks that it is kept.
    "returnees:draft_delete": Needs(
        "returnees.add_case", method="post", given=own_draft, elsewhere=(302,)
    ),
    "returnees:case_edit": Needs("returnees.change_case", given=the_case),
    "returnees:case_list": Needs("returnees.view_case"),
    "returnees:case_bulk": Needs(
        "returnees.view_case",
        method="post",
        data=lambda *_: {"act": "release", "confirmed": "1"},
    ),
    "returnees:case_export": Needs("returnees.export_case"),
    "returnees:case_detail": Needs("returnees.view_case", given=the_case),
    "returnees:case_history": Needs("returnees.view_case", given=the_case),
    "returnees:document_reveal": Needs("returnees.reveal_identitydocument", given=the_case),
    "returnees:phone_reveal": Needs("returnees.reveal_person", given=the_phone),
    "returnees:case_room": Needs("returnees.lodge_case", given=the_case),
    "returnees:room_map": Needs("returnees.view_room"),
    "returnees:room_bulk": Needs(
        "returnees.view_room",
        method="post",
        data=lambda world, _: {"act": "ready", "chosen": world.case.stays.get().room_id},
    ),
    "returnees:room_add": Needs("returnees.change_room"),
    "returnees:room_change": Needs("returnees.change_room", given=a_room),
    "returnees:room_block": Needs("returnees.change_room", given=a_room),
    "returnees:room_unblock": Needs("returnees.change_room", method="post", given=a_room),
    "returnees:room_ready": Needs("returnees.change_room", method="post", given=a_room),
    "returnees:certificate_verify": LoggedIn(),
    "returnees:certificate_attach": Needs("returnees.change_case", given=the_case),
    "returnees:certificate_open": Needs(
        "returnees.reveal_identitydocument", given=the_case_with_a_certificate
    ),
    "returnees:case_arrive": Needs("returnees.change_case", given=the_case),
    "returnees:arrival_correct": Needs("returnees.change_case", given=the_case),
    "returnees:case_attempt": Needs("returnees.record_checkin", given=the_case),
    "returnees:commitment_sign": Needs("returnees.change_case", method="post", given=the_case),
    "returnees:case_assess": Needs("returnees.assess_observation", given=the_case),
    "returnees:case_release": Needs("returnees.release_case", method="post", given=the_case),
    "returnees:release_take_back": Needs("returnees.release_case", given=a_case_released_today),
    "returnees:case_close": Needs("returnees.close_case", given=the_case),
    "returnees:observation_restart": Needs("returnees.change_observation", given=the_case),
    "returnees:policy_change": Needs("returnees.change_observation", given=the_case),
    "returnees:labtest_plan": Needs("returnees.record_labtest", given=the_case),
    "returnees:labtest_record": Needs("returnees.record_labtest", method="post", given=the_test),
    "returnees:labtest_correct": Needs("returnees.record_labtest", given=the_sampled_test),
    "returnees:checkin_correct": Needs("returnees.record_checkin", given=the_checkin),
    "returnees:round": Needs("returnees.record_checkin"),
    "returnees:alert_list": Needs("returnees.view_case"),
    "returnees:alert_bulk": Needs(
        "returnees.view_case",
        method="post",
        data=lambda world, _: {"act": "acknowledge", "chosen": world.alert.pk},
    ),
    "returnees:alert_acknowledge": Needs("returnees.handle_alert", method="post", given=the_alert),
    "returnees:alert_step": Needs("returnees.handle_alert", method="post", given=the_alert),
    "returnees:alert_resolve": Needs("returnees.handle_alert", method="post", given=the_alert),
    "returnees:print_sheet": Needs("returnees.print_case", given=the_sheet),
    "returnees:print_many": Needs(
        "returnees.print_case", method="post", data=lambda *_: {"sheet": "registration"}
    ),
    # Only a demonstration has a clock to move; here there is none for anybody.
    "coordination:next_morning": Needs("houshayu.move_clock", method="post", answers=(404,)),
    "coordination:my_day": Needs("returnees.view_case"),
    "coordination:nobody_lost": Needs("returnees.view_dashboard"),
    "coordination:dashboard": Needs("returnees.view_dashboard"),
    "transfers:handoff_list": Needs("transfers.view_handoff"),
    "transfers:handoff_bulk": Needs(
        "transfers.view_handoff",
        at="hub",
        method="post",
        data=lambda world, _: {"act": "accept", "chosen": world.handoff.pk, "confirmed": "1"},
    ),
    "transfers:handoff_detail": Needs("transfers.view_handoff", given=the_handoff),
    "transfers:handoff_offer": Needs("transfers.offer_handoff", given=the_case),
    "transfers:handoff_accept": Needs(
        "transfers.answer_handoff", at="hub", method="post", given=the_handoff
    ),
    "transfers:handoff_decline": Needs(
        "transfers.answer_handoff",
        at="hub",
        method="post",
        given=the_handoff,
        data=lambda *_: {"reason": "full"},
    ),
    "transfers:handoff_cancel": Needs("transfers.offer_handoff", method="post", given=the_handoff),
    "transfers:handoff_record": Needs("returnees.print_case", given=the_handoff),
    # The description names resources and rules, and nobody's data.
    "api:schema GET": LoggedIn(answers=(200,)),
    "api:login POST": Public(answers=(400, 401)),
    "api:logout POST": LoggedIn(answers=(204,)),
    "api:logout_all POST": LoggedIn(answers=(204,)),
    "api:person-list GET": Needs("returnees.view_case"),
    "api:person-detail GET": Needs("returnees.view_case", given=the_case),
    "api:case-list GET": Needs("returnees.view_case"),
    "api:case-list POST": Needs(
        "returnees.add_case", data=a_registration_there, answers=(201,), elsewhere=(400,)
    ),
    "api:case-detail GET": Needs("returnees.view_case", given=the_case),
    "api:case-arrive POST": Needs("returnees.change_case", given=the_case),
    # 409: let in, and the answer says that a handoff is waiting.
    "api:case-close POST": Needs(
        "returnees.close_case",
        given=the_case,
        data=lambda *_: {"outcome": "no_show", "note": "said on the phone"},
        answers=(409,),
    ),
    "api:case-room POST": Needs(
        "returnees.lodge_case",
        given=the_case,
        data=lambda world, _: {"room": make_room("0803", place=world.hotel).number},
    ),
    "api:room-list GET": Needs("returnees.view_room"),
    "api:case-release POST": Needs("returnees.release_case", given=the_case, answers=(409,)),
    "api:case-take-back POST": Needs(
        "returnees.release_case",
        given=a_case_released_today,
        data=lambda *_: {"reason": "the neighbour was meant"},
    ),
    "api:case-observing-arrival POST": Needs(
        "returnees.change_case",
        given=the_case,
        data=lambda *_: {"arrived_at": NOW.isoformat(), "reason": "the flight was late"},
    ),
    "api:case-observing-commitment POST": Needs("returnees.change_case", given=the_case),
    "api:case-observing-assess POST": Needs(
        "returnees.assess_observation",
        given=the_case,
        data=lambda *_: {
            "result": "approved",
            "community_assessor": "Li",
            "health_assessor": "Wang",
        },
    ),
    "api:case-observing-restart POST": Needs(
        "returnees.change_observation",
        given=the_case,
        data=lambda *_: {"last_contact_on": "2020-03-21"},
    ),
    "api:case-observing-policy POST": Needs(
        "returnees.change_observation",
        given=the_case,
        data=lambda *_: {"version": "P5", "reason": "as the district asks"},
    ),
    "api:case-test-list GET": Needs("returnees.view_case", given=the_case),
    "api:case-test-list POST": Needs(
        "returnees.record_labtest",
        given=the_case,
        data=lambda *_: {"due_on": timezone.localdate().isoformat()},
        answers=(201,),
    ),
    "api:case-test-record POST": Needs(
        "returnees.record_labtest",
        given=the_test_of_the_case,
        data=lambda *_: {"result": "negative"},
    ),
    "api:case-test-correct POST": Needs(
        "returnees.record_labtest",
        given=the_sampled_test_of_the_case,
        data=lambda *_: {"result": "negative", "reason": "a slip"},
    ),
    "api:alert-list GET": Needs("returnees.view_case"),
    "api:alert-detail GET": Needs("returnees.view_case", given=the_alert),
    "api:alert-acknowledge POST": Needs("returnees.handle_alert", given=the_alert),
    "api:alert-step POST": Needs(
        "returnees.handle_alert", given=the_alert, data=lambda *_: {"step": "isolated"}
    ),
    "api:alert-resolve POST": Needs(
        "returnees.handle_alert",
        given=the_alert,
        data=lambda *_: {"resolution": "remeasured_normal", "reading": "36.6"},
    ),
    "api:case-reveal POST": Needs(
        "returnees.reveal_person",
        given=the_case,
        data=lambda *_: {"field": "phone_cn", "reason": "no answer at the door"},
    ),
    "api:case-checkin-list GET": Needs("returnees.view_case", given=the_case),
    "api:case-checkin-list POST": Needs(
        "returnees.record_checkin",
        given=the_case,
        data=lambda *_: MORNING | {"temperature": "36.5"},
        answers=(201,),
    ),
    "api:case-checkin-correct POST": Needs(
        "returnees.record_checkin",
        given=the_checkin_of_the_case,
        data=lambda *_: {"temperature": "36.6", "reason": "a slip"},
    ),
    "api:round-list POST": Needs(
        "returnees.record_checkin", data=a_round, answers=(201,), elsewhere=(400,)
    ),
    "api:message-list GET": LoggedIn(answers=(200,)),
    "api:message-detail GET": LoggedIn(answers=(200,), given=own_message),
    "api:message-read POST": LoggedIn(answers=(200,), given=own_message),
    "api:message-read-all POST": LoggedIn(answers=(200,)),
    "api:mail-list GET": Needs("houshayu.view_outbox"),
    "api:mail-detail GET": Needs("houshayu.view_outbox", given=an_uncertain_mail),
    "api:mail-settle POST": Needs(
        "houshayu.view_outbox", given=an_uncertain_mail, data=lambda *_: {"decision": "leave"}
    ),
    "api:workorder-list GET": Needs("houshayu.view_workorder"),
    "api:workorder-list POST": Needs(
        "houshayu.add_workorder", data=a_directive, answers=(201,), elsewhere=(400,)
    ),
    "api:workorder-detail GET": Needs("houshayu.view_workorder", given=an_order),
    "api:workorder-done POST": Needs("houshayu.finish_workorder", given=an_order, data=a_result),
    "api:handoff-list GET": Needs("transfers.view_handoff"),
    "api:handoff-list POST": Needs(
        "transfers.offer_handoff", data=another_offer, answers=(409,), elsewhere=(404,)
    ),
    "api:handoff-detail GET": Needs("transfers.view_handoff", given=the_handoff),
    "api:handoff-accept POST": Needs("transfers.answer_handoff", at="hub", given=the_handoff),
    "api:handoff-decline POST": Needs(
        "transfers.answer_handoff",
        at="hub",
        given=the_handoff,
        data=lambda *_: {"reason": "No room is free."},
    ),
    "api:handoff-cancel POST": Needs("transfers.offer_handoff", given=the_handoff),
}


def routes(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    """Every route by its full name; one without a name by its pattern; of the API, each method."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)
            continue
        name = namespace + (pattern.name or str(pattern.pattern))
        view: Any = pattern.callback
        if hasattr(view, "cls"):
            methods = getattr(view, "actions", None) or view.cls().allowed_methods
            named = {method.upper() for method in methods} - {"OPTIONS", "HEAD"}
            yield from (f"{name} {method}" for method in named)
        else:
            yield name


def needing() -> list[tuple[str, Needs]]:
    return [(name, rule) for name, rule in RULES.items() if isinstance(rule, Needs)]


def roles_with(permission: str) -> list[str]:
    return [role for role, granted in ROLE_PERMISSIONS.items() if permission in granted]


def strongest_without(permission: str) -> str:
    return max(
        (role for role, granted in ROLE_PERMISSIONS.items() if permission not in granted),
        key=lambda role: len(ROLE_PERMISSIONS[role]),
    )


def is_turned_away(response: HttpResponse) -> bool:
    """Sent to the login page, or answered that one must log in."""
    to_login = response.headers.get("Location", "").startswith(resolve_url(settings.LOGIN_URL))
    return response.status_code == 401 or (response.status_code == 302 and to_login)


def ask(
    client: Client, route: str, rule: Public | LoggedIn, kwargs: dict[str, Any] | None = None
) -> HttpResponse:
    name, _, method = route.partition(" ")
    as_json = {"content_type": "application/json"} if route.startswith("api:") else {}
    return getattr(client, method.lower() or rule.method)(reverse(name, kwargs=kwargs), **as_json)


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert set(routes(get_resolver().url_patterns)) == set(RULES)


@pytest.mark.parametrize("name", [n for n, rule in RULES.items() if isinstance(rule, Public)])
def test_public_pages_answer_everybody(world: World, client: Client, name: str) -> None:
    rule = RULES[name]
    assert isinstance(rule, Public)

    response = ask(client, name, rule)

    assert response.status_code in rule.answers
    assert world.shown_by(response) == []


@pytest.mark.parametrize("name", [n for n, rule in RULES.items() if isinstance(rule, LoggedIn)])
def test_own_pages_answer_every_user_and_only_users(
    world: World, client: Client, name: str
) -> None:
    rule = RULES[name]
    assert isinstance(rule, LoggedIn)
    user = make_user(password="kapok blossom 20")
    kwargs = rule.given(world, user) if rule.given else None
    assert is_turned_away(ask(client, name, rule, kwargs))
    if kwargs:
        client.force_login(make_user(role="coordinator", place=world.hotel))
        assert ask(client, name, rule, kwargs).status_code == 404

    client.force_login(user)
    response = ask(client, name, rule, kwargs)

    assert response.status_code in rule.answers and not is_turned_away(response)
    assert world.shown_by(response) == []


@pytest.mark.parametrize(
    ("name", "rule"), [(n, rule) for n, rule in RULES.items() if isinstance(rule, Own)]
)
def test_what_is_ones_own_is_there_for_nobody_else(
    world: World, client: Client, name: str, rule: Own
) -> None:
    owner = make_user(role="hotel_staff", place=world.hotel)
    url = reverse(name, kwargs=rule.given(world, owner))
    assert is_turned_away(client.get(url))
    assert is_turned_away(client.post(url))

    for other in (
        make_user(role="hotel_staff", place=world.hotel),
        make_user(role="coordinator", place=real_place("houshayu")),
    ):
        client.force_login(other)
        assert client.get(url).status_code == 404
        assert client.post(url).status_code == 405
    client.force_login(owner)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(("name", "rule"), needing(), ids=[name for name, _ in needing()])
def test_a_route_answers_the_right_role_at_the_right_place_alone(
    world: World, name: str, rule: Needs
) -> None:
    place = getattr(world, rule.at)
    role = roles_with(rule.permission)[0]
    right = make_user(role=role, place=place)
    elsewhere = make_user(role=role, place=real_place("gucheng"))
    wrong = make_user(role=strongest_without(rule.permission), place=place)
    kwargs = rule.given(world, right) if rule.given else {}

    data = rule.data(world, right)
    address, _, one_method = name.partition(" ")
    own_method = one_method.lower() or rule.method

    def answer_to(user: User | None, method: str = own_method) -> HttpResponse:
        client = Client()
        if user:
            client.force_login(user)
        as_json = {"content_type": "application/json"} if name.startswith("api:") else {}
        return getattr(client, method)(reverse(address, kwargs=kwargs), data, **as_json)

    for method in (own_method,) if one_method else ("get", "post"):
        assert is_turned_away(answer_to(None, method))
        assert answer_to(wrong, method).status_code in (403, 405)
        answer = answer_to(elsewhere, method)
        assert world.shown_by(answer) == []
        assert answer.status_code in (405, *rule.answers_elsewhere)
    assert answer_to(wrong).status_code == 403
    assert answer_to(elsewhere).status_code in rule.answers_elsewhere
    answer = answer_to(right)
    assert answer.status_code in rule.answers and not is_turned_away(answer)


def test_a_list_shows_the_right_role_what_it_kept_from_the_others(world: World) -> None:
    worker = make_user(role="hotel_staff", place=world.hotel)
    client = Client()
    client.force_login(worker)

    for name in (
        "returnees:case_list",
        "returnees:alert_list",
        "returnees:room_map",
        "transfers:handoff_list",
    ):
        assert world.case.number in client.get(reverse(name)).content.decode()


def test_nobody_throws_away_the_unfinished_form_of_another(world: World, client: Client) -> None:
    writer = make_user(role="community_worker", place=world.community)
    draft = own_draft(world, writer)
    client.force_login(make_user(role="community_worker", place=world.community))

    client.post(reverse("returnees:draft_delete", kwargs=draft))
    client.post(reverse("returnees:draft_save"), A_DRAFT | {"person-name_zh": "别人"})

    assert RegistrationDraft.objects.get().user == writer
    assert RegistrationDraft.objects.get().name == NAME
