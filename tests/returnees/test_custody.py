"""The database lets nobody be lost: each rule of custody, broken alone and by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, User
from returnees import arrivals, releasing
from returnees.models import Case, CaseClosed, CaseOutcome, Observation, Whereabouts
from returnees.registration import AlreadyRegistered, register
from returnees.releasing import CaseNotReady
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    accept,
    check_in,
    hand_over,
    holder_of,
    make_case,
    make_handoff,
    make_place,
    make_registration,
    make_user,
    moment,
    see_through,
)
from transfers.models import Handoff

LATER = NOW + timedelta(hours=2)

INSERT_CUSTODY = """
    INSERT INTO returnees_custody (case_id, place_id, started_at, ended_at)
    VALUES (%(case)s, %(place)s, %(started_at)s, %(ended_at)s)
"""
END_CUSTODY = """
    UPDATE returnees_custody SET ended_at = %(at)s WHERE case_id = %(case)s AND ended_at IS NULL
"""
CLOSE_CASE = """
    UPDATE returnees_case SET closed_at = %(at)s, outcome = 'cancelled' WHERE id = %(case)s
"""


def chain(case: Case) -> list[tuple[Place, object, object]]:
    return [(each.place, each.started_at, each.ended_at) for each in case.custodies.all()]


def test_the_place_that_registers_a_case_holds_it_from_then_on(
    case: Case, community: Place
) -> None:
    assert chain(case) == [(community, case.opened_at, None)]


def test_custodies_follow_one_another_to_the_end(case: Case, hub: Place, hotel: Place) -> None:
    community = holder_of(case)
    hand_over(case, hub, now=LATER)
    hand_over(case, hotel, now=LATER + timedelta(hours=1))
    end = LATER + timedelta(hours=5)

    releasing.close(case, CaseOutcome.TRANSFERRED_OUT, by=make_user(), now=end, note="moved")

    assert chain(case) == [
        (community, NOW, LATER),
        (hub, LATER, LATER + timedelta(hours=1)),
        (hotel, LATER + timedelta(hours=1), end),
    ]
    assert (case.closed_at, holder_of(case), Observation.objects.current_of(case)) == (
        end,
        None,
        None,
    )


def test_an_open_case_is_not_without_custody(case: Case) -> None:
    with refused_by("open_case_has_one_custody"):
        sql("DELETE FROM returnees_custody WHERE case_id = %(case)s", case=case.pk)


def test_custody_of_an_open_case_does_not_just_end(case: Case) -> None:
    with refused_by("open_case_has_one_custody"):
        sql(END_CUSTODY, case=case.pk, at=LATER)


def test_a_case_is_not_held_by_two(case: Case, hub: Place) -> None:
    with refused_by("custody_one_open_per_case"):
        sql(INSERT_CUSTODY, case=case.pk, place=hub.pk, started_at=LATER, ended_at=None)


def test_custodies_do_not_overlap(case: Case, hub: Place) -> None:
    with refused_by("custody_no_overlap"):
        sql(INSERT_CUSTODY, case=case.pk, place=hub.pk, started_at=NOW, ended_at=LATER)


def test_custodies_leave_no_gap_between_them(case: Case, hub: Place) -> None:
    hand_over(case, hub, now=LATER)

    with refused_by("custody_without_gap"):
        sql(
            "UPDATE returnees_custody SET ended_at = %(at)s WHERE case_id = %(case)s"
            " AND ended_at IS NOT NULL",
            case=case.pk,
            at=LATER - timedelta(minutes=1),
        )


def test_custody_begins_with_the_registration(case: Case) -> None:
    with refused_by("custody_without_gap"):
        sql(
            "UPDATE returnees_case SET opened_at = %(at)s WHERE id = %(case)s",
            case=case.pk,
            at=NOW - timedelta(minutes=1),
        )


def test_custody_ends_after_it_began(case: Case) -> None:
    with refused_by("custody_ends_after_it_starts"):
        sql(END_CUSTODY, case=case.pk, at=NOW)


@pytest.mark.parametrize(
    "change", ["place_id = %(hub)s", "started_at = %(at)s", "case_id = %(other)s"]
)
def test_a_custody_stays_as_it_began(case: Case, hub: Place, change: str) -> None:
    other = make_case()

    with refused_by("custody_stays_as_it_began"):
        sql(
            f"UPDATE returnees_custody SET {change} WHERE case_id = %(case)s",
            case=case.pk,
            hub=hub.pk,
            at=NOW - timedelta(minutes=1),
            other=other.pk,
        )


def test_custody_moves_only_by_an_accepted_handoff(case: Case, hub: Place) -> None:
    with refused_by("custody_moves_by_handoff"):
        sql(END_CUSTODY, case=case.pk, at=LATER)
        sql(INSERT_CUSTODY, case=case.pk, place=hub.pk, started_at=LATER, ended_at=None)

    with refused_by("custody_moves_by_handoff"):
        arrivals.take_over(case, hub, now=LATER, by=make_user(), arrived_at=LATER, sure=True)


def test_a_closed_case_is_not_held(case: Case) -> None:
    with refused_by("closed_case_has_no_custody"):
        sql(CLOSE_CASE, case=case.pk, at=LATER)


def test_custody_lasts_until_the_case_is_closed(case: Case) -> None:
    with refused_by("closed_case_has_no_custody"):
        sql(END_CUSTODY, case=case.pk, at=LATER)
        sql(CLOSE_CASE, case=case.pk, at=LATER + timedelta(hours=1))


REOPENED = "UPDATE returnees_case SET closed_at = NULL, outcome = '' WHERE id = %(case)s"


def test_a_case_that_was_never_observed_to_its_end_does_not_reopen(case: Case) -> None:
    releasing.close(case, CaseOutcome.CANCELLED, by=make_user(), now=LATER, note="twice")

    with refused_by("closed_case_stays"):
        sql(REOPENED, case=case.pk)


def test_a_released_case_does_not_reopen_without_a_holder(observed: Case) -> None:
    releasing.release(observed, by=make_user(), now=see_through(observed))

    with refused_by("open_case_has_one_custody"):
        sql(REOPENED, case=observed.pk)


@pytest.mark.parametrize(
    "change",
    ["closed_at = now()", "outcome = 'cancelled'", "closed_at = now(), outcome = 'forgotten'"],
)
def test_a_case_is_closed_with_an_outcome_and_only_then(case: Case, change: str) -> None:
    with refused_by("case_closed_iff_outcome"):
        sql(f"UPDATE returnees_case SET {change} WHERE id = %(case)s", case=case.pk)


def test_nobody_has_two_open_cases(case: Case) -> None:
    other = make_case()

    with refused_by("case_one_open_per_person"):
        sql(
            "UPDATE returnees_case SET person_id = %(person)s WHERE id = %(other)s",
            person=case.person_id,
            other=other.pk,
        )


@pytest.mark.parametrize("number", ["HSY-00000I", "HSY-ILOU00", "hsy-000000", "HSY-0000", "1"])
def test_a_case_number_has_its_form(case: Case, number: str) -> None:
    with refused_by("case_number_form"):
        sql(
            "UPDATE returnees_case SET number = %(number)s WHERE id = %(case)s",
            number=number,
            case=case.pk,
        )


def test_the_rules_are_judged_at_a_real_commit(transactional_db: None) -> None:
    case = make_case()

    with pytest.raises(IntegrityError) as refusal:
        sql("DELETE FROM returnees_custody WHERE case_id = %(case)s", case=case.pk)

    assert refusal.value.__cause__.diag.constraint_name == "open_case_has_one_custody"
    assert chain(case) == [(case.custodies.get().place, NOW, None)]


def test_the_clock_of_the_receiver_may_be_behind(case: Case, hub: Place) -> None:
    handoff = make_handoff(case=case, to_place=hub)

    custody = accept(handoff, by=make_user(), now=NOW - timedelta(minutes=5))

    assert chain(case)[0][1:] == (NOW, custody.started_at)
    assert custody.started_at == NOW + timedelta(microseconds=1)


def test_a_closing_clock_may_be_behind_too(case: Case) -> None:
    releasing.close(
        case,
        CaseOutcome.CANCELLED,
        by=make_user(),
        now=NOW - timedelta(minutes=5),
        note="a mistake",
    )

    assert case.closed_at == NOW + timedelta(microseconds=1) == case.custodies.get().ended_at


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (CaseOutcome.TRANSFERRED_OUT, "transferred_out"),
        (CaseOutcome.CONFIRMED, "confirmed"),
        (CaseOutcome.NO_SHOW, "cancelled"),
        (CaseOutcome.CANCELLED, "cancelled"),
    ],
)
def test_closing_ends_custody_and_observation_with_the_outcome(
    observed: Case, outcome: str, reason: str
) -> None:
    releasing.close(observed, outcome, by=make_user(), now=LATER, note="as said on the phone")

    assert (observed.outcome, observed.outcome_note, observed.closed_at) == (
        outcome,
        "as said on the phone",
        LATER,
    )
    assert [each.end_reason for each in observed.observations.all()] == [reason]
    assert not observed.custodies.open().exists()


def test_closing_is_no_way_round_the_release(observed: Case) -> None:
    with refused_by("case_released_only_when_complete"):
        releasing.close(observed, CaseOutcome.RELEASED, by=make_user(), now=LATER, note="")


def test_a_case_is_closed_once(case: Case) -> None:
    stale = Case.objects.get(pk=case.pk)
    releasing.close(case, CaseOutcome.NO_SHOW, by=make_user(), now=LATER, note="")

    with pytest.raises(CaseClosed):
        releasing.close(stale, CaseOutcome.CANCELLED, by=make_user(), now=LATER, note="")

    assert Case.objects.get().outcome == CaseOutcome.NO_SHOW


def test_a_case_is_not_closed_while_it_is_on_offer(handoff: Handoff) -> None:
    with pytest.raises(CaseNotReady):
        releasing.close(handoff.case, CaseOutcome.NO_SHOW, by=make_user(), now=LATER, note="")

    assert Case.objects.get().closed_at is None


def test_the_same_person_is_registered_again_once_the_case_is_closed(
    case: Case, sender: User, community: Place
) -> None:
    number = case.document.document_number
    again = make_registration(
        document={"document_number": number}, person={"surname_latin": "WANG-LI"}
    )
    with pytest.raises(AlreadyRegistered) as refusal, transaction.atomic():
        register(again, place=community, by=sender, now=LATER)
    assert refusal.value.case == case
    releasing.close(case, CaseOutcome.NO_SHOW, by=sender, now=LATER, note="")

    second = register(
        make_registration(
            document={"document_number": number}, person={"surname_latin": "WANG-LI"}
        ),
        place=community,
        by=sender,
        now=LATER,
    )

    assert (second.person, second.document) == (case.person, case.document)
    assert second.person.surname_latin == "WANG-LI"
    assert second.number != case.number


@pytest.mark.parametrize(
    ("kind", "whereabouts"),
    [
        ("hub", Whereabouts.AT_HUB),
        ("hotel", Whereabouts.IN_HOTEL),
        ("hospital", Whereabouts.IN_HOSPITAL),
        ("subdistrict", Whereabouts.EXPECTED),
    ],
)
def test_where_a_case_stands_follows_from_its_holder(
    case: Case, kind: str, whereabouts: str
) -> None:
    hand_over(case, make_place(kind=kind), now=LATER)

    assert Case.objects.with_holder().get().whereabouts == whereabouts


def test_a_former_holder_still_sees_the_case_and_no_longer_acts_on_it(
    handoff: Handoff, sender: User, receiver: User, stranger: User
) -> None:
    case, act = handoff.case, "transfers.offer_handoff"
    cases = Case.objects

    assert list(cases.visible_to(sender)) == [case]
    assert list(cases.visible_to(receiver)) == [case]
    assert list(cases.visible_to(stranger)) == []
    assert list(cases.held_by(sender, act)) == [case]
    assert list(cases.held_by(receiver, act)) == []

    accept(handoff, by=receiver, now=LATER)

    assert list(cases.visible_to(sender)) == [case]
    assert list(cases.in_hands_of(sender)) == []
    assert list(cases.held_by(sender, act)) == []
    assert list(cases.in_hands_of(receiver)) == list(cases.held_by(receiver, act)) == [case]


def test_somebody_who_held_a_case_last_keeps_the_whole_of_it(
    case: Case, sender: User, stranger: User
) -> None:
    releasing.close(case, CaseOutcome.NO_SHOW, by=sender, now=LATER, note="")

    assert list(Case.objects.in_hands_of(sender)) == [case]
    assert list(Case.objects.in_hands_of(stranger)) == []


def test_a_former_holder_reads_their_own_part_and_no_more(
    client: Client, observed: Case, hotel_worker: User, hub: Place
) -> None:
    check_in(observed, day=0, slot="evening", temperature="36.4")
    hand_over(observed, hub, now=moment("2020-03-21", "09:00"))
    check_in(observed, day=1, slot="evening", temperature="36.9")
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")

    page = client.get(observed.get_absolute_url()).content.decode()

    assert "36.4" in page and "示例酒店甲" in page
    assert "36.9" not in page and observed.document.masked_number not in page
    for address in ("case_history", "print_sheet"):
        sheet = ["registration"] if address == "print_sheet" else []
        url = reverse(f"returnees:{address}", args=[observed.number, *sheet])
        assert client.get(url).status_code == 404


def test_a_declined_offer_leaves_nothing_to_see(handoff: Handoff, receiver: User) -> None:
    handoff.decline(by=receiver, now=LATER, reason="full")

    assert list(Case.objects.visible_to(receiver)) == []
