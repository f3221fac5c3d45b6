from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings

from houshayu import duties
from houshayu.calendar import beijing_date
from houshayu.duties import planning
from houshayu.models import MessageLine, Place, Reminder, ReminderStatus, Role, User
from houshayu.tasks import remind
from policy import check_in_slots
from returnees import arrivals, observing, releasing
from returnees.models import Case, LabTest
from tests.factories import (
    NOW,
    accept,
    check_in,
    make_case,
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
    see_through,
)

HOUR = timedelta(hours=1)


def planned() -> set[tuple[str, int, str]]:
    """Each reminder's duty and rung, and of a check-in its day and slot."""
    rows = Reminder.objects.values_list("duty", "step", "occurrence")
    return {(duty, step, occurrence.partition(":")[2]) for duty, step, occurrence in rows}


def notified() -> set[str]:
    """Who has something in their inbox."""
    return set(MessageLine.objects.values_list("recipient__username", flat=True))


def test_fourteen_days_of_beat_remind_of_exactly_what_was_missing(
    hotel: Place, hotel_worker: object, coordinator: object
) -> None:
    """Somebody measured at every slot but four, and tested when the policy asks."""
    case = make_observed_case(place=hotel, arrived=NOW, room="0801")
    gaps = {(1, "evening"), (4, "morning"), (8, "evening"), (9, "morning")}
    taken = [slot for slot in check_in_slots(14) if slot not in gaps]
    now = NOW

    while now < NOW + timedelta(days=14, hours=12):
        for day, slot in list(taken):
            opens = moment(
                (observation_of(case).started_on + timedelta(days=day)).isoformat(),
                "08:00" if slot == "morning" else "16:00",
            )
            if opens <= now:
                check_in(case, day=day, slot=slot)
                taken.remove((day, slot))
        planning.plan(now)
        planning.send(now)
        for test in LabTest.objects.filter(due_on=beijing_date(now), result="pending"):
            if Reminder.objects.filter(duty="test", about_id=test.pk).exists():
                observing.record_test(test, "negative", by=make_user(), now=now)
        now += HOUR

    assert planned() == {
        ("checkin", 0, "1:evening"),
        ("checkin", 0, "4:morning"),
        ("checkin", 0, "8:evening"),
        ("checkin", 0, "9:morning"),
        ("missed_twice", 0, "9:morning"),
        ("test", 0, ""),
        ("release", 0, ""),
        ("release", 1, ""),
    }
    assert Reminder.objects.filter(duty="test").count() == 2
    assert Reminder.objects.exclude(status=ReminderStatus.SENT).count() == 0
    lines = MessageLine.objects.all()
    assert lines.filter(recipient=hotel_worker).count() == 8
    escalated = lines.get(recipient=coordinator)
    assert escalated.text.startswith("连续两次未测温")


def test_a_second_plan_of_the_same_minute_finds_nothing_to_do(observed: Case) -> None:
    evening = moment("2020-03-20", "20:30")
    assert planning.plan(evening) > 0

    assert planning.plan(evening) == 0


def test_somebody_released_is_not_reminded_of(observed: Case, coordinator: object) -> None:
    now = see_through(observed)
    releasing.release(observed, by=coordinator, now=now)  # type: ignore[arg-type]

    assert planning.plan(now + timedelta(days=1)) == 0


def test_a_check_in_that_came_meanwhile_cancels_the_reminder(
    observed: Case, hotel_worker: object
) -> None:
    evening = moment("2020-03-20", "20:30")
    planning.plan(evening)
    check_in(observed, day=0, slot="evening")

    planning.send(evening)

    assert Reminder.objects.get(duty="checkin").status == ReminderStatus.CANCELLED
    assert not MessageLine.objects.filter(text__contains="测温").exists()


def test_an_unanswered_handoff_reaches_the_receiver_and_then_those_above(
    case: Case, hub: Place, sender: User, receiver: User, coordinator: User, stranger: User
) -> None:
    handoff = make_handoff(case=case, to_place=hub, by=sender, now=NOW)

    planning.plan(handoff.due_at - HOUR)
    planning.send(handoff.due_at - HOUR)
    first = notified()
    planning.plan(handoff.due_at)
    planning.send(handoff.due_at)

    assert first == {"receiver"}
    # The sender, too: the case is in their hands until somebody accepts.
    assert notified() == {"receiver", "coordinator", "sender"}


def test_where_nobody_works_those_above_are_reminded(
    case: Case, hub: Place, coordinator: object
) -> None:
    handoff = make_handoff(case=case, to_place=hub, now=NOW)

    planning.plan(handoff.due_at - HOUR)
    planning.send(handoff.due_at - HOUR)

    assert [each.recipient for each in MessageLine.objects.all()] == [coordinator]


@pytest.mark.parametrize("found", ["morning", "evening"])
def test_somebody_who_was_measured_after_all_has_not_missed_twice(
    observed: Case, coordinator: object, found: str
) -> None:
    check_in(observed, day=0, slot="evening")
    evening = moment("2020-03-21", "20:30")
    planning.plan(moment("2020-03-21", "12:30"))
    planning.send(moment("2020-03-21", "12:30"))
    planning.plan(evening)
    assert Reminder.objects.filter(duty="missed_twice").count() == 1
    check_in(observed, day=1, slot=found)

    planning.send(evening)

    assert Reminder.objects.get(duty="missed_twice").status == ReminderStatus.CANCELLED
    assert not MessageLine.objects.filter(key__startswith="missed_twice").exists()


def test_each_is_reminded_in_their_own_language_and_a_guard_never(
    case: Case, hub: Place, receiver: object
) -> None:
    english = make_user(role=Role.TRANSFER_TEAM, place=hub, language="en")
    make_user(role=Role.CHECKPOINT_GUARD, place=hub, username="guard")
    handoff = make_handoff(case=case, to_place=hub, now=NOW)

    planning.plan(handoff.due_at - HOUR)
    planning.send(handoff.due_at - HOUR)

    subjects = dict(MessageLine.objects.values_list("recipient__username", "text"))
    assert set(subjects) == {"receiver", english.username}
    assert subjects[english.username].startswith("Handoff waiting for an answer: HSY-")
    assert subjects["receiver"].startswith("接转待确认：HSY-")


def test_somebody_who_was_expected_and_did_not_come_is_asked_for(
    community: Place, sender: object
) -> None:
    make_case(
        place=community,
        expected_arrival_at=NOW + HOUR,
        request={"requested_mode": "centralized"},
    )

    planning.plan(NOW + timedelta(hours=8))

    assert planned() == {("arrival", 0, "")}


def test_somebody_who_does_not_come_on_a_later_flight_either_is_asked_for_again(
    community: Place, sender: object
) -> None:
    case = make_case(
        place=community,
        expected_arrival_at=NOW + HOUR,
        request={"requested_mode": "centralized"},
    )
    planning.plan(NOW + timedelta(hours=8))

    Case.objects.filter(pk=case.pk).update(expected_arrival_at=NOW + timedelta(days=3))

    assert planning.plan(NOW + timedelta(days=3)) == 0
    later = NOW + timedelta(days=3, hours=8)
    assert planning.plan(later) == 1
    planning.send(later)
    # The first one was not sent before the flight was put off, and is no longer true.
    assert [each.status for each in Reminder.objects.order_by("due_at")] == ["cancelled", "sent"]


@pytest.mark.parametrize("kind", ["handoff", "arrival", "test", "restarted"])
def test_what_was_done_before_the_reminder_went_out_cancels_it(
    case: Case, observed: Case, hub: Place, receiver: User, kind: str
) -> None:
    at = NOW + timedelta(hours=13)
    if kind == "handoff":
        handoff = make_handoff(case=case, to_place=hub, now=NOW)
    planning.plan(at)
    if kind == "handoff":
        accept(handoff, by=receiver, now=at)
    elif kind == "arrival":
        arrivals.arrive(case, at=at, by=make_user(), now=at, sure=True)
    elif kind == "test":
        observing.record_test(
            observation_of(observed).labtests.first(), "pending", by=receiver, now=at
        )
    else:
        observing.restart(
            observed, now=NOW + timedelta(days=1), last_contact_on=date(2020, 3, 21), by=make_user()
        )

    planning.send(at)

    cancelled = Reminder.objects.filter(status=ReminderStatus.CANCELLED)
    assert (
        set(cancelled.values_list("duty", flat=True))
        == {
            "handoff": {"handoff", "arrival"},
            "arrival": {"arrival"},
            "test": {"test"},
            "restarted": {"test", "checkin"},
        }[kind]
    )


def test_a_count_begun_again_does_not_remind_of_what_the_first_one_had(observed: Case) -> None:
    for day, slot in check_in_slots(14):
        if day < 5 or (day, slot) == (5, "morning"):
            check_in(observed, day=day, slot=slot)
    at = moment("2020-03-25", "15:00")

    observing.restart(observed, now=at, last_contact_on=date(2020, 3, 23), by=make_user())
    planning.plan(at)
    planning.plan(moment("2020-03-25", "20:00"))

    missing = Reminder.objects.filter(duty="checkin").values_list("occurrence", flat=True)
    assert list(missing) == [f"{observation_of(observed).pk}:2:evening"]


@pytest.mark.parametrize("people", [1, 4])
def test_sending_costs_the_same_queries_for_one_and_for_many(
    hotel: Place, hotel_worker: object, people: int, django_assert_num_queries: object
) -> None:
    for each in range(people):
        make_observed_case(place=hotel, arrived=NOW, room=f"080{each}")
    evening = moment("2020-03-20", "20:30")
    planning.plan(evening)

    with django_assert_num_queries(14):  # type: ignore[operator]
        planning.send(evening)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_reminder_once(hotel: Place, hotel_worker: object) -> None:
    for _each in range(20):
        make_observed_case(place=hotel, arrived=NOW)
    evening = moment("2020-03-20", "20:30")
    queued = planning.plan(evening)
    sent: list[int] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while count := planning.send(evening, limit=3):
            sent.append(count)
        connection.close()

    workers = [threading.Thread(target=work) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(sent) == queued
    assert Reminder.objects.filter(status=ReminderStatus.SENT).count() == queued
    lines = MessageLine.objects.filter(recipient=hotel_worker).exclude(key__startswith="assess")
    assert lines.count() == queued - Reminder.objects.filter(duty="assessment").count()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_has_sent_nothing_and_the_next_sends_it_once(
    observed: Case, hotel_worker: object
) -> None:
    evening = moment("2020-03-20", "20:30")
    planning.plan(evening)

    class Killed(Exception):
        pass

    with pytest.raises(Killed), transaction.atomic():
        planning.send(evening)
        raise Killed
    lost = MessageLine.objects.count()
    planning.send(evening)
    planning.send(evening)

    assert lost == 0
    lines = MessageLine.objects.filter(recipient=hotel_worker).values_list("key", flat=True)
    needed = Reminder.objects.exclude(duty="assessment")
    assert len(lines) == len(set(lines)) == needed.count()


@override_settings(CELERY_TASK_ALWAYS_EAGER=True)
def test_the_task_of_beat_may_be_delivered_twice(
    observed: Case, hotel_worker: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: moment("2020-03-20", "20:30"))

    first, second = remind(), remind()

    assert (first > 0, second) == (True, 0)
    needed = Reminder.objects.exclude(duty="assessment")
    assert MessageLine.objects.filter(recipient=hotel_worker).count() == needed.count()


def test_planning_looks_at_open_cases_in_a_fixed_number_of_statements(
    observed: Case, django_assert_num_queries: object
) -> None:
    for _each in range(5):
        make_observed_case(place=real_place("demo-hotel-jia"), arrived=NOW)

    # A savepoint and its release, and one statement for each duty.
    with django_assert_num_queries(2 + len(duties.every())):  # type: ignore[operator]
        planning.plan(moment("2020-03-20", "20:30"))
