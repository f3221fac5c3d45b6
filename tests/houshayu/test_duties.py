"""How a duty is declared: its code is its own, its ladder climbs, and it is a kind of message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from houshayu import duties, kinds
from houshayu.duties import Duty, Step, declaring
from tests.factories import NOW

HOUR = timedelta(hours=1)


def the(code: str) -> Duty:
    duty = duties.get(code)
    assert duty is not None
    return duty


def test_two_duties_of_one_code_do_not_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="called alert"):
        duties.register(replace(the("alert"), permission="returnees.view_case"))


@pytest.mark.parametrize("ladder", [(), (2 * HOUR, HOUR), (HOUR, HOUR)])
def test_a_ladder_that_does_not_climb_does_not_start(
    ladder: tuple[timedelta, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = the("alert")
    monkeypatch.setattr(declaring, "_DUTIES", {})
    steps = tuple(Step(after=after, roles=()) for after in ladder)

    with pytest.raises(ImproperlyConfigured, match="does not climb"):
        duties.register(replace(alert, ladder=steps))


def test_every_duty_is_a_kind_of_message_that_says_how_soon_its_mail_leaves() -> None:
    assert {duty.code for duty in duties.every()} <= {kind.code for kind in kinds.every()}
    assert (kinds.is_urgent("alert"), kinds.is_urgent("checkin")) == (True, False)
    assert kinds.label("of an app that is gone") == "of an app that is gone"


def test_the_highest_rung_that_is_reached_speaks_and_an_announcement_has_its_time() -> None:
    release = the("release")
    announced, due, *_higher = release.ladder

    assert release.rung_at(NOW, NOW - timedelta(hours=25)) is None
    assert release.rung_at(NOW, NOW - HOUR) == announced
    assert release.rung_at(NOW, NOW) == due
    assert not release.notifies(announced, NOW, NOW) and release.notifies(due, NOW, NOW)
