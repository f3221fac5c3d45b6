from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from returnees.keeping import DWELLING
from returnees.models.cases import Case
from returnees.models.custody import CASE_AS_RANGE, OPEN, PERIOD
from returnees.models.observation import Observation

if TYPE_CHECKING:
    from returnees.models.rooms import Room


class RoomStayQuerySet(models.QuerySet["RoomStay"]):
    def open(self) -> RoomStayQuerySet:
        return self.filter(OPEN)

    def current_of(self, case: Case) -> RoomStay | None:
        """The stay that goes on, with its room; None where the case has no room."""
        return self.open().filter(case=case).select_related("room").first()

    def for_rows(self) -> RoomStayQuerySet:
        """With what the map of rooms shows of a guest, in one query."""
        observed = Observation.objects.open().filter(case=OuterRef("case"))
        return (
            self.annotate(day_zero=Subquery(observed.values("started_on")[:1]))
            .select_related("case__person")
            .order_by("started_at", "pk")
        )

    def begin(self, case: Case, room: Room, *, at: datetime, sharing_reason: str = "") -> RoomStay:
        """The person is in the room from then on."""
        return self.create(case=case, room=room, started_at=at, sharing_reason=sharing_reason)

    def end(self, stay: RoomStay, *, at: datetime) -> datetime:
        """The person left the room; returns when, a microsecond after they came at the earliest."""
        stay.ended_at = max(at, stay.started_at + timedelta(microseconds=1))
        stay.save(update_fields=["ended_at"])
        return stay.ended_at


@pghistory.track()
class RoomStay(models.Model):
    """Which room of the hotel that holds a case the person is in, from when until when.

    It ends by itself with the custody, and leaves the room to be cleaned when it was the last.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stays")
    room = models.ForeignKey(
        "returnees.Room", verbose_name=_("room"), on_delete=models.PROTECT, related_name="stays"
    )
    started_at = personal(DWELLING, models.DateTimeField(_("from")))
    ended_at = personal(DWELLING, models.DateTimeField(_("until"), null=True, blank=True))
    # Why they share the room with somebody they do not travel with.
    sharing_reason = personal(
        DWELLING, models.CharField(_("why strangers share the room"), max_length=200, blank=True)
    )

    objects = RoomStayQuerySet.as_manager()

    if TYPE_CHECKING:
        # Of a stay fetched for_rows(): day 0 of the observation that goes on.
        day_zero: date | None

    class Meta:
        verbose_name = _("stay in a room")
        verbose_name_plural = _("stays in rooms")
        ordering = ["started_at"]
        constraints = [
            models.CheckConstraint(
                name="stay_ends_after_it_starts",
                condition=OPEN | Q(ended_at__gt=F("started_at")),
            ),
            models.UniqueConstraint(name="stay_one_open_per_case", fields=["case"], condition=OPEN),
            ExclusionConstraint(
                name="stay_no_overlap",
                expressions=[
                    (CASE_AS_RANGE, RangeOperators.OVERLAPS),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(name="stay_open_by_room", fields=["room"], condition=OPEN)]
        triggers = [
            pgtrigger.Trigger(
                name="stay_begins_in_a_fit_room",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("chosen", "record"), ("broken", "text")],
                # The case first, then the room, as every act locks them: of two who take the last
                # bed the second waits here, and sees the first one in it.
                func="""
                    PERFORM 1 FROM returnees_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
                    SELECT * INTO chosen
                        FROM returnees_room WHERE id = NEW.room_id FOR NO KEY UPDATE;
                    broken := CASE
                        WHEN NEW.ended_at IS NOT NULL THEN 'stay_begins_open'
                        WHEN NOT EXISTS (
                            SELECT 1 FROM returnees_custody held
                            WHERE held.case_id = NEW.case_id AND held.ended_at IS NULL
                                AND held.place_id = chosen.place_id
                                AND held.started_at <= NEW.started_at
                        ) THEN 'stay_where_the_case_is'
                        WHEN chosen.state <> 'free' THEN 'stay_in_a_room_in_use'
                        WHEN chosen.beds <= (
                            SELECT count(*) FROM returnees_roomstay other
                            WHERE other.room_id = NEW.room_id AND other.ended_at IS NULL
                        ) THEN 'stay_has_a_bed'
                        WHEN btrim(NEW.sharing_reason) = '' AND EXISTS (
                            SELECT 1 FROM returnees_roomstay other
                            JOIN returnees_case theirs ON theirs.id = other.case_id
                            JOIN returnees_case own ON own.id = NEW.case_id
                            WHERE other.room_id = NEW.room_id AND other.ended_at IS NULL
                                AND theirs.travel_group <> own.travel_group
                        ) THEN 'stay_not_with_strangers'
                    END;
                    IF broken IS NOT NULL THEN
                        RAISE EXCEPTION 'case % cannot stay in room %: %',
                            NEW.case_id, NEW.room_id, broken
                            USING ERRCODE = 'check_violation', CONSTRAINT = broken;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="stay_stays_as_it_began",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("""
                    OLD.case_id <> NEW.case_id OR OLD.room_id <> NEW.room_id
                    OR OLD.started_at <> NEW.started_at
                    OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at
                    OR NEW.ended_at IS NULL AND NEW.sharing_reason <> OLD.sharing_reason
                """),
                func="""
                    RAISE EXCEPTION 'stay % was otherwise', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'stay_stays_as_it_began';
                """,
            ),
            pgtrigger.Trigger(
                name="stay_ends_before_it_goes",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.ended_at IS NULL"),
                func="""
                    RAISE EXCEPTION 'stay % goes on', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'stay_ends_before_it_goes';
                """,
            ),
            pgtrigger.Trigger(
                name="stay_leaves_the_room_to_be_cleaned",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("ended_at"),
                condition=pgtrigger.Condition("OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL"),
                # Of two who leave at once the second waits for the room, and finds it empty.
                func="""
                    PERFORM 1 FROM returnees_room WHERE id = NEW.room_id FOR NO KEY UPDATE;
                    UPDATE returnees_room SET state = 'cleaning'
                        WHERE id = NEW.room_id AND state = 'free' AND NOT EXISTS (
                            SELECT 1 FROM returnees_roomstay other
                            WHERE other.room_id = NEW.room_id AND other.ended_at IS NULL
                        );
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.room.number
