"""Handing a case over: what moves it, what does not, and what the database refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from houshayu.models import Place, User
from returnees import observing, releasing
from returnees.models import Case, CaseClosed, CaseOutcome
from returnees.registration import amend
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    accept,
    hand_over,
    holder_of,
    last_morning,
    make_case,
    make_handoff,
    make_observed_case,
    make_place,
    make_registration,
    make_room,
    make_user,
    moment,
    observation_of,
    real_place,
)
from transfers.models import (
    CommitmentMissing,
    Handoff,
    HandoffClosed,
    HandoffNotPossible,
    HandoffStatus,
)

NOON = moment("2020-03-20", "12:00")

INSERT_OFFER = """
    INSERT INTO transfers_handoff
        (case_id, from_place_id, to_place_id, status, offered_by_id, offered_at, due_at,
         closed_by_id, closed_at, reason, custody_id, vehicle_plate, driver, escort, remarks)
    VALUES (%(case)s, %(from_place)s, %(to_place)s, %(status)s, %(by)s, %(at)s, %(at)s,
            NULL, NULL, '', NULL, '', '', '', '')
"""
APPROVED = {
    "exception_grounds": ["underlying_disease"],
    "assessment_result": "approved",
    "community_assessor": "李",
    "health_assessor": "陈",
    "assessed_at": NOW,
}


def test_the_sender_stays_responsible_until_the_receiver_accepts(
    handoff: Handoff, community: Place, hub: Place, receiver: User
) -> None:
    assert holder_of(handoff.case) == community

    custody = accept(handoff, by=receiver, now=NOON)

    assert holder_of(handoff.case) == hub
    assert [(each.place, each.ended_at) for each in handoff.case.custodies.all()] == [
        (community, NOON),
        (hub, None),
    ]
    handoff.refresh_from_db()
    assert (handoff.status, handoff.closed_by, handoff.closed_at, handoff.custody) == (
        HandoffStatus.ACCEPTED,
        receiver,
        NOON,
        custody,
    )


def test_what_was_seen_at_the_handoff_is_kept_with_it(
    case: Case, hotel: Place, sender: User, hotel_worker: User
) -> None:
    handoff = make_handoff(case=case, to_place=hotel, by=sender, vehicle_plate="京A12345")

    make_room("801", place=hotel)

    accept(
        handoff,
        by=hotel_worker,
        now=NOON,
        room="801",
        temperature=Decimal("36.4"),
        luggage_pieces=2,
    )

    handoff.refresh_from_db()
    stay = case.stays.get()
    assert (
        stay.room.number,
        handoff.temperature,
        handoff.luggage_pieces,
        handoff.vehicle_plate,
    ) == (
        "801",
        Decimal("36.4"),
        2,
        "京A12345",
    )


def test_somebody_who_came_without_the_announced_luggage_has_none(
    case: Case, hub: Place, receiver: User
) -> None:
    handoff = make_handoff(case=case, to_place=hub, luggage_pieces=2)

    accept(handoff, by=receiver, now=NOON, luggage_pieces=0)

    handoff.refresh_from_db()
    assert handoff.luggage_pieces == 0


def test_declining_leaves_the_case_with_the_sender_and_says_why(
    handoff: Handoff, community: Place, receiver: User
) -> None:
    handoff.decline(by=receiver, now=NOON, reason="The hub is full until four.")

    handoff.refresh_from_db()
    assert (handoff.status, handoff.reason, handoff.closed_by, handoff.custody) == (
        HandoffStatus.DECLINED,
        "The hub is full until four.",
        receiver,
        None,
    )
    assert holder_of(handoff.case) == community
    assert handoff.case.custodies.count() == 1


def test_taking_an_offer_back_makes_room_for_another(
    handoff: Handoff, sender: User, community: Place, hotel: Place
) -> None:
    handoff.cancel(by=sender, now=NOON, reason="The flight was diverted.")

    assert holder_of(handoff.case) == community
    another = make_handoff(case=handoff.case, to_place=hotel, now=NOON)
    assert list(Handoff.objects.open()) == [another]


@pytest.mark.parametrize("first", ["accept", "decline", "cancel"])
@pytest.mark.parametrize("second", ["accept", "decline", "cancel"])
def test_only_the_first_answer_counts(
    handoff: Handoff, receiver: User, first: str, second: str
) -> None:
    def answer(copy: Handoff, how: str, by: User) -> None:
        words = {"arrived_at": NOON, "sure": True} if how == "accept" else {"reason": how}
        getattr(copy, how)(by=by, now=NOON, **words)

    stale = Handoff.objects.get(pk=handoff.pk)
    answer(handoff, first, receiver)

    with pytest.raises(HandoffClosed):
        answer(stale, second, make_user())

    kept = Handoff.objects.get()
    assert (kept.status, kept.closed_by) == (handoff.status, receiver)
    assert kept.case.custodies.count() == (2 if first == "accept" else 1)


def test_an_answer_is_due_two_hours_after_the_person_is(case: Case, hub: Place) -> None:
    planned = make_handoff(case=case, to_place=hub, planned_at=NOON)
    unplanned = make_handoff(to_place=hub)
    late = make_handoff(to_place=hub, planned_at=NOW - timedelta(hours=3))

    assert [each.due_at for each in (planned, unplanned, late)] == [
        NOON + timedelta(hours=2),
        NOW + timedelta(hours=2),
        NOW + timedelta(hours=2),
    ]
    assert set(Handoff.objects.overdue(NOON)) == {unplanned, late}


def test_an_overdue_offer_can_still_be_accepted(
    handoff: Handoff, hub: Place, receiver: User
) -> None:
    accept(handoff, by=receiver, now=handoff.due_at + timedelta(days=1))

    assert holder_of(handoff.case) == hub
    assert not Handoff.objects.overdue(handoff.due_at + timedelta(days=2)).exists()


def test_a_case_is_on_offer_once(handoff: Handoff, hotel: Place) -> None:
    with pytest.raises(HandoffNotPossible):
        make_handoff(case=handoff.case, to_place=hotel)

    assert list(Handoff.objects.all()) == [handoff]


def test_a_closed_case_is_not_offered(case: Case, hub: Place, sender: User) -> None:
    releasing.close(case, CaseOutcome.NO_SHOW, by=sender, now=NOON, note="")

    with pytest.raises(HandoffNotPossible):
        Handoff.objects.offer(case=case, to_place=hub, by=sender, now=NOON)


@pytest.mark.parametrize("kind", ["checkpoint", "compound", "building"])
def test_only_a_place_that_holds_people_is_offered_one(case: Case, kind: str) -> None:
    with pytest.raises(HandoffNotPossible):
        make_handoff(case=case, to_place=make_place(kind=kind))


def test_a_place_out_of_use_and_the_holder_itself_are_offered_nobody(
    case: Case, community: Place
) -> None:
    for to_place in (community, make_place(kind="hotel", is_active=False)):
        with pytest.raises(HandoffNotPossible):
            make_handoff(case=case, to_place=to_place)


def test_under_central_observation_nobody_goes_home_before_the_last_day(
    observed: Case, community: Place
) -> None:
    with pytest.raises(HandoffNotPossible):
        make_handoff(case=observed, to_place=community, now=NOON)

    make_handoff(case=observed, to_place=community, now=last_morning(observed))
    assert Handoff.objects.open().get().to_place == community


def test_somebody_who_waits_for_the_assessment_goes_home_once_it_is_approved(
    community: Place, hotel: Place
) -> None:
    assessor = make_user()
    waiting = make_observed_case(
        place=hotel,
        community=community,
        request={"exception_grounds": ["underlying_disease"]},
    )
    approved = make_observed_case(
        place=hotel, community=community, request=APPROVED | {"assessed_by": assessor}
    )

    with pytest.raises(HandoffNotPossible):
        make_handoff(case=waiting, to_place=community, now=NOON)

    hand_over(approved, community, now=NOON)
    assert holder_of(approved) == community
    assert observation_of(approved).kind == "home"


def test_somebody_who_is_counted_anew_stays_in_the_hotel(community: Place, hotel: Place) -> None:
    case = make_case(place=community, arrived=NOW, request=APPROVED | {"assessed_by": make_user()})
    observing.restart(
        case, now=NOW + timedelta(days=2), last_contact_on=date(2020, 3, 21), by=make_user()
    )
    hand_over(case, hotel, now=NOW + timedelta(days=2, hours=1))
    case.refresh_from_db()

    with pytest.raises(HandoffNotPossible):
        make_handoff(case=case, to_place=community, now=NOW + timedelta(days=3))


def test_somebody_who_was_approved_and_then_refused_does_not_go_home(
    community: Place, hub: Place
) -> None:
    case = make_case(place=community, arrived=NOW, request=APPROVED | {"assessed_by": make_user()})
    hand_over(case, hub, now=NOON)
    case.refresh_from_db()
    observing.assess(
        case,
        "rejected",
        community_assessor="李",
        health_assessor="陈",
        reason="shares the bathroom",
        by=make_user(),
        now=NOON,
    )

    with pytest.raises(HandoffNotPossible):
        make_handoff(case=case, to_place=community, now=NOON)


@pytest.fixture
def on_the_way_home(community: Place, hotel: Place) -> Handoff:
    """Somebody approved for home observation, whom their community shall take from the hotel."""
    request = APPROVED | {"assessed_by": make_user()}
    case = make_observed_case(place=hotel, community=community, request=request)
    return make_handoff(case=case, to_place=community, now=NOON)


def test_nobody_is_taken_home_for_observation_without_the_signed_commitment(
    on_the_way_home: Handoff, hotel: Place, sender: User
) -> None:
    with pytest.raises(CommitmentMissing):
        accept(on_the_way_home, by=sender, now=NOON)
    assert holder_of(on_the_way_home.case) == hotel

    accept(on_the_way_home, by=sender, now=NOON, commitment_signed=True)

    case = Case.objects.get()
    assert case.request.commitment_signed_at == NOON
    assert not observing.lacks_commitment(case, NOON)


def test_the_commitment_is_signed_once(on_the_way_home: Handoff, hub: Place, sender: User) -> None:
    case = on_the_way_home.case
    observing.sign_commitment(case, now=NOW, by=make_user())
    accept(on_the_way_home, by=sender, now=NOON, commitment_signed=True)
    hand_over(case, hub, now=NOON + timedelta(hours=1))
    back = make_handoff(case=case, to_place=sender.memberships.get().place, now=NOON)

    accept(back, by=sender, now=NOON + timedelta(hours=2))

    assert Case.objects.get().request.commitment_signed_at == NOW


def test_somebody_who_goes_home_on_the_last_day_promises_nothing_any_more(
    observed: Case, community: Place, sender: User
) -> None:
    morning = last_morning(observed)

    accept(make_handoff(case=observed, to_place=community, now=morning), by=sender, now=morning)

    assert Case.objects.get().request.commitment_signed_at is None


def test_somebody_who_was_refused_after_the_offer_is_not_let_in_at_home(
    on_the_way_home: Handoff, hotel: Place, sender: User
) -> None:
    observing.assess(
        on_the_way_home.case,
        "rejected",
        community_assessor="李",
        health_assessor="陈",
        reason="shares the bathroom",
        by=make_user(),
        now=NOON,
    )

    with pytest.raises(HandoffNotPossible):
        accept(on_the_way_home, by=sender, now=NOON, commitment_signed=True)

    on_the_way_home.refresh_from_db()
    assert on_the_way_home.is_open
    assert holder_of(on_the_way_home.case) == hotel


def test_a_positive_test_after_a_negative_one_closes_the_way_home(
    community: Place, hotel: Place
) -> None:
    landed, nurse = moment("2020-03-26"), make_user()
    request = APPROVED | {"assessed_by": nurse}
    case = make_observed_case(place=hotel, arrived=landed, request=request)
    first, last = observation_of(case).labtests.all()
    observing.record_test(first, "negative", by=nurse, now=landed)
    case.refresh_from_db()
    assert not observing.reasons_not_home(case, landed)

    observing.record_test(last, "positive", by=nurse, now=landed + timedelta(days=1))

    case.refresh_from_db()
    assert observing.reasons_not_home(case, landed + timedelta(days=1))


def test_a_closed_case_signs_nothing(case: Case, sender: User) -> None:
    releasing.close(case, "no_show", by=sender, now=NOON, note="not on the plane")

    with pytest.raises(CaseClosed):
        observing.sign_commitment(case, now=NOON, by=make_user())


def test_somebody_of_another_sub_district_is_offered_to_it_at_once(
    community: Place, sender: User
) -> None:
    elsewhere = real_place("yutianxia")

    case = make_case(place=community, by=sender, community=elsewhere)

    offer = Handoff.objects.get(case=case)
    assert (offer.from_place, offer.to_place, offer.planned_at, offer.is_open) == (
        community,
        real_place("konggang"),
        case.expected_arrival_at,
        True,
    )


def moved_to(case: Case, home: Place, *, by: User) -> None:
    corrected = make_registration(
        document={"document_number": case.document.document_number}, community=home
    )
    amend(case, corrected, by=by, now=NOON, reason="lives elsewhere")


def test_somebody_who_is_found_to_live_in_another_sub_district_is_offered_to_it(
    case: Case, sender: User
) -> None:
    moved_to(case, real_place("yutianxia"), by=sender)

    assert Handoff.objects.open().get().to_place == real_place("konggang")


def test_a_correction_disturbs_nobody_who_is_on_the_way_or_in_a_hotel(
    handoff: Handoff, observed: Case, sender: User, hub: Place
) -> None:
    moved_to(handoff.case, real_place("yutianxia"), by=sender)
    moved_to(observed, real_place("yutianxia"), by=sender)

    assert [offer.to_place for offer in Handoff.objects.open()] == [hub]


def test_handoffs_are_seen_by_both_sides_and_answered_by_the_receiver(
    handoff: Handoff, sender: User, receiver: User, stranger: User, coordinator: User
) -> None:
    seen = {
        user.username: (
            list(Handoff.objects.visible_to(user)),
            list(Handoff.objects.answerable_by(user)),
            list(Handoff.objects.offered_by(user)),
        )
        for user in (sender, receiver, stranger, coordinator)
    }

    assert seen == {
        "sender": ([handoff], [], [handoff]),
        "receiver": ([handoff], [handoff], []),
        "stranger": ([], [], []),
        "coordinator": ([handoff], [handoff], [handoff]),
    }


def offer_by_hand(case: Case, from_place: Place, to_place: Place, status: str = "offered") -> None:
    sql(
        INSERT_OFFER,
        case=case.pk,
        from_place=from_place.pk,
        to_place=to_place.pk,
        status=status,
        by=case.registered_by_id,
        at=NOW,
    )


def test_two_offers_of_one_case_are_not_open_at_once(handoff: Handoff, hotel: Place) -> None:
    with refused_by("handoff_one_open_per_case"):
        offer_by_hand(handoff.case, handoff.from_place, hotel)


def test_a_gate_is_offered_nobody(case: Case, community: Place) -> None:
    with refused_by("handoff_to_a_holder"):
        offer_by_hand(case, community, make_place(kind="checkpoint"))


def test_only_the_holder_offers(case: Case, hub: Place, hotel: Place) -> None:
    with refused_by("handoff_starts_with_the_holder"):
        offer_by_hand(case, hub, hotel)


def test_an_offer_does_not_change_hands(handoff: Handoff, hotel: Place) -> None:
    with refused_by("handoff_starts_with_the_holder"):
        sql("UPDATE transfers_handoff SET from_place_id = %(hotel)s", hotel=hotel.pk)


def test_a_closed_case_is_not_offered_by_hand(case: Case, hub: Place, sender: User) -> None:
    community = holder_of(case)
    releasing.close(case, CaseOutcome.NO_SHOW, by=sender, now=NOON, note="")

    with refused_by("handoff_starts_with_the_holder"):
        offer_by_hand(case, community, hub)


def test_a_case_is_not_closed_by_hand_while_it_is_on_offer(handoff: Handoff) -> None:
    with refused_by("custody_on_offer_as_handed_over"):
        sql("UPDATE returnees_custody SET ended_at = %(at)s, offered_to_id = NULL", at=NOON)
        sql("UPDATE returnees_case SET closed_at = %(at)s, outcome = 'cancelled'", at=NOON)


def test_a_handoff_is_between_two_places(case: Case, community: Place) -> None:
    with refused_by("handoff_between_two_places"):
        offer_by_hand(case, community, community)


def test_a_handoff_begins_as_an_offer(case: Case, community: Place, hub: Place) -> None:
    with refused_by("handoff_begins_as_an_offer"):
        offer_by_hand(case, community, hub, status="accepted")


def accept_by_hand(handoff: Handoff, custody: int | None) -> None:
    sql("UPDATE returnees_custody SET offered_to_id = NULL")
    sql(
        "UPDATE transfers_handoff SET status = 'accepted', closed_at = %(at)s,"
        " closed_by_id = offered_by_id, custody_id = %(custody)s WHERE id = %(id)s",
        id=handoff.pk,
        at=NOON,
        custody=custody,
    )


def test_accepting_names_the_custody_that_began(handoff: Handoff) -> None:
    with refused_by("handoff_accepted_iff_custody"):
        accept_by_hand(handoff, None)


def test_accepting_without_moving_custody_is_refused(handoff: Handoff) -> None:
    with refused_by("accepted_handoff_moves_custody"):
        accept_by_hand(handoff, handoff.case.custodies.get().pk)


def test_accepting_does_not_borrow_the_custody_of_another_case(
    handoff: Handoff, hub: Place
) -> None:
    another = make_case()
    hand_over(another, real_place("demo-hotel-yi"), now=NOON)

    with refused_by("accepted_handoff_moves_custody"):
        accept_by_hand(handoff, another.custodies.order_by("started_at").first().pk)


def test_accepting_moves_custody_to_the_place_it_was_offered_to(
    handoff: Handoff, hotel: Place
) -> None:
    with refused_by("accepted_handoff_moves_custody"):
        sql("UPDATE returnees_custody SET ended_at = %(at)s, offered_to_id = NULL", at=NOON)
        [(custody,)] = sql(
            "INSERT INTO returnees_custody (case_id, place_id, started_at)"
            " VALUES (%(case)s, %(hotel)s, %(at)s) RETURNING id",
            case=handoff.case_id,
            hotel=hotel.pk,
            at=NOON,
        )
        accept_by_hand(handoff, custody)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE transfers_handoff SET status = 'cancelled', custody_id = NULL",
        "UPDATE transfers_handoff SET status = 'offered', custody_id = NULL, closed_at = NULL,"
        " closed_by_id = NULL",
        "UPDATE transfers_handoff SET closed_at = closed_at - interval '1 day'",
        "DELETE FROM transfers_handoff",
    ],
)
def test_an_answer_stays_as_it_was_given(handoff: Handoff, receiver: User, attack: str) -> None:
    accept(handoff, by=receiver, now=NOON)

    with refused_by("answered_handoff_stays"):
        sql(attack)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        (
            "handoff_status_known",
            "status = 'lost', closed_at = now(), closed_by_id = offered_by_id",
        ),
        ("handoff_closed_iff_answered", "closed_at = now()"),
        ("handoff_closed_iff_answered", "status = 'cancelled'"),
        (
            "handoff_declined_with_reason",
            "status = 'declined', closed_at = now(), closed_by_id = offered_by_id",
        ),
        ("handoff_temperature_range", "temperature = 33.9"),
        ("handoff_temperature_range", "temperature = 43.0"),
    ],
)
def test_a_handoff_makes_sense(handoff: Handoff, constraint: str, change: str) -> None:
    with refused_by(constraint):
        sql(f"UPDATE transfers_handoff SET {change}")
