"""The custody says to whom a case is on offer, and never differs from the open handoff."""

from __future__ import annotations

import pytest

from houshayu.models import Place, User
from returnees.models import Case, Custody
from tests.attacks import refused_by, sql
from tests.factories import NOW, make_handoff, make_user, real_place
from transfers.models import Handoff


def on_offer(case: Case) -> Place | None:
    custody = Custody.objects.current_of(case)
    assert custody is not None
    return custody.offered_to


@pytest.mark.parametrize("answer", ["accept", "decline", "cancel"])
def test_a_case_is_on_offer_from_the_offer_to_the_answer(
    case: Case, hub: Place, receiver: User, answer: str
) -> None:
    handoff = make_handoff(case=case, to_place=hub)
    assert on_offer(case) == hub

    words = {"arrived_at": NOW, "sure": True} if answer == "accept" else {"reason": "full"}
    getattr(handoff, answer)(by=receiver, now=NOW, **words)

    assert on_offer(case) is None


def test_the_place_it_is_offered_to_sees_a_case_and_nobody_else_does(
    case: Case, hub: Place
) -> None:
    receiver = make_user(role="transfer_team", place=hub)
    stranger = make_user(role="transfer_team", place=real_place("demo-hotel-yi"))
    assert not Case.objects.visible_to(receiver).exists()

    handoff = make_handoff(case=case, to_place=hub)

    assert list(Case.objects.in_hands_of(receiver)) == [case]
    assert not Case.objects.visible_to(stranger).exists()
    handoff.cancel(by=stranger, now=NOW)
    assert not Case.objects.visible_to(receiver).exists()


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("custody_on_offer_as_handed_over", "custody SET offered_to_id = NULL"),
        (
            "custody_on_offer_as_handed_over",
            "custody SET offered_to_id = (SELECT id FROM houshayu_place WHERE code = 'shunyi')",
        ),
        ("custody_on_offer_to_another", "custody SET offered_to_id = place_id"),
        ("custody_on_offer_while_it_lasts", "custody SET ended_at = now()"),
    ],
)
def test_a_custody_can_not_say_otherwise(handoff: Handoff, constraint: str, attack: str) -> None:
    with refused_by(constraint):
        sql(f"UPDATE returnees_{attack}")


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM transfers_handoff",
        "UPDATE transfers_handoff SET status = 'cancelled', closed_at = now(),"
        " closed_by_id = offered_by_id",
        "UPDATE transfers_handoff SET to_place_id ="
        " (SELECT id FROM houshayu_place WHERE code = 'demo-hotel-yi')",
    ],
)
def test_a_handoff_does_not_leave_its_custody_behind(handoff: Handoff, attack: str) -> None:
    with refused_by("handoff_on_offer_as_held"):
        sql(attack)


def test_nobody_is_put_on_offer_without_a_handoff(case: Case, hub: Place) -> None:
    with refused_by("custody_on_offer_as_handed_over"):
        sql("UPDATE returnees_custody SET offered_to_id = %(hub)s", hub=hub.pk)
