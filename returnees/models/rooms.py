"""The rooms of the hotels. Who is in one follows from the stays and is not stored a second time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Count, F, Prefetch, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.keeping import impersonal_model
from houshayu.models import Place, PlaceKind
from houshayu.moods import Mood
from returnees.models.stays import RoomStay

if TYPE_CHECKING:
    from houshayu.models import User

# Of a room, and what staff may type for one.
NUMBER_FORM = r"^[0-9A-Z-]{1,8}$"
MOST_BEDS = 12
# Floor 2 stands before floor 10, and 801 before 1001.
IN_ORDER = (Length("floor"), "floor", Length("number"), "number")


class RoomState(models.TextChoices):
    """What a room is ready for; whether somebody is in it follows from the stays."""

    FREE = "free", _("Free")
    CLEANING = "cleaning", _("Being cleaned")
    BLOCKED = "blocked", _("Blocked")

    @property
    def mood(self) -> Mood:
        return {
            RoomState.FREE: Mood.GOOD,
            RoomState.CLEANING: Mood.WAIT,
            RoomState.BLOCKED: Mood.REFUSED,
        }[self]


class RoomUnfit(Conflict):
    """The room is not in a state for this; str() says why."""


def floor_of(number: str) -> str:
    """The floor that a number names by itself: all but its last two signs."""
    return number[:-2]


class RoomQuerySet(models.QuerySet["Room"]):
    def in_order(self) -> RoomQuerySet:
        """Floor by floor, from the lowest."""
        return self.order_by("place__code", *IN_ORDER)

    def visible_to(self, user: User) -> RoomQuerySet:
        """The rooms of hotels where the user may see who is in which."""
        return self.filter(place__in=Place.objects.covered_by(user, "returnees.view_room"))

    def run_by(self, user: User) -> RoomQuerySet:
        """The rooms that the user may block, have cleaned and change."""
        return self.filter(place__in=Place.objects.covered_by(user, "returnees.change_room"))

    def with_guests(self) -> RoomQuerySet:
        """With `guests`: the stays that go on, each with its person and observation."""
        staying = RoomStay.objects.open().for_rows()
        return self.prefetch_related(Prefetch("stays", staying, to_attr="guests"))

    def with_a_bed(self) -> RoomQuerySet:
        """Those with a bed for somebody now, whoever else is there; `taken` is how many are."""
        taken = Count("stays", filter=Q(stays__ended_at=None))
        return self.annotate(taken=taken).filter(state=RoomState.FREE, taken__lt=F("beds"))


@pghistory.track()
@impersonal_model
class Room(models.Model):
    """A room of a hotel. Nobody is in one that is being cleaned or is blocked."""

    place = models.ForeignKey(
        Place, verbose_name=_("hotel"), on_delete=models.PROTECT, related_name="hotel_rooms"
    )
    number = models.CharField(_("room"), max_length=8)
    floor = models.CharField(_("floor"), max_length=6, blank=True)
    beds = models.PositiveSmallIntegerField(_("beds"), default=1)
    accessible = models.BooleanField(_("accessible"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=RoomState, default=RoomState.FREE)
    blocked_reason = models.CharField(_("why it is blocked"), max_length=200, blank=True)

    objects = RoomQuerySet.as_manager()

    if TYPE_CHECKING:
        # Of a room fetched with_guests().
        guests: list[RoomStay]

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        permissions = [("lodge_case", "Can give a case a room of its hotel")]
        ordering = ["place", "number"]
        constraints = [
            models.CheckConstraint(name="room_number_form", condition=Q(number__regex=NUMBER_FORM)),
            models.CheckConstraint(
                name="room_floor_form", condition=Q(floor__regex=r"^[0-9A-Z-]{0,6}$")
            ),
            models.CheckConstraint(
                name="room_beds_range", condition=Q(beds__gte=1, beds__lte=MOST_BEDS)
            ),
            models.CheckConstraint(
                name="room_state_known", condition=Q(state__in=RoomState.values)
            ),
            models.CheckConstraint(
                name="room_blocked_iff_reason",
                condition=Q(state=RoomState.BLOCKED) & ~Q(blocked_reason="")
                | ~Q(state=RoomState.BLOCKED) & Q(blocked_reason=""),
            ),
            models.UniqueConstraint(name="room_once_in_its_hotel", fields=["place", "number"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="room_in_a_hotel",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("place_id"),
                func=f"""
                    IF TG_OP = 'UPDATE' AND NEW.place_id IS DISTINCT FROM OLD.place_id
                        OR NOT EXISTS (SELECT 1 FROM houshayu_place
                            WHERE id = NEW.place_id AND kind = '{PlaceKind.HOTEL}')
                    THEN
                        RAISE EXCEPTION 'room % is in no hotel, or moved', NEW.number
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'room_in_a_hotel';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="room_fits_its_guests",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state", "beds"),
                declare=[("guests", "bigint")],
                # This row is locked by now, as a stay that begins locks it: it counts them all.
                func=f"""
                    SELECT count(*) INTO guests
                        FROM returnees_roomstay WHERE room_id = NEW.id AND ended_at IS NULL;
                    IF guests > 0 AND NEW.state <> '{RoomState.FREE}' OR NEW.beds < guests THEN
                        RAISE EXCEPTION 'room % has % guests', NEW.number, guests
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'room_fits_its_guests';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def standing(self) -> RoomState:
        return RoomState(self.state)

    @property
    def free_beds(self) -> int:
        """Of a room fetched with_guests(): how many people more it takes now."""
        return self.beds - len(self.guests) if self.state == RoomState.FREE else 0

    def block(self, *, by: User, now: datetime, reason: str) -> None:
        """Nobody moves in until it is unblocked. Raises RoomUnfit where somebody is in it."""
        self._change(
            Q(state__in=[RoomState.FREE, RoomState.CLEANING]),
            _("Room %(room)s is blocked already."),
            by=by,
            now=now,
            state=RoomState.BLOCKED,
            blocked_reason=reason,
        )

    def unblock(self, *, by: User, now: datetime) -> None:
        """It is cleaned next. Raises RoomUnfit for one that is not blocked."""
        self._change(
            Q(state=RoomState.BLOCKED),
            _("Room %(room)s is not blocked."),
            by=by,
            now=now,
            state=RoomState.CLEANING,
            blocked_reason="",
        )

    def ready(self, *, by: User, now: datetime) -> None:
        """It is cleaned, and free. Raises RoomUnfit for one that was not being cleaned."""
        self._change(
            Q(state=RoomState.CLEANING),
            _("Room %(room)s is not being cleaned."),
            by=by,
            now=now,
            state=RoomState.FREE,
        )

    def furnish(self, *, by: User, now: datetime, beds: int, floor: str, accessible: bool) -> None:
        """It has these beds from now on. Raises RoomUnfit where more people are in it."""
        with acting(by=by, now=now):
            guests = self._lock()
            if beds < guests:
                raise RoomUnfit(
                    _("%(guests)s people are in room %(room)s.")
                    % {"guests": guests, "room": self.number}
                )
            Room.objects.filter(pk=self.pk).update(beds=beds, floor=floor, accessible=accessible)
        self.refresh_from_db()

    def _lock(self) -> int:
        """How many people are in the room, which nobody enters before the transaction ends."""
        Room.objects.select_for_update(no_key=True).get(pk=self.pk)
        return RoomStay.objects.open().filter(room=self).count()

    def _change(
        self, condition: Q, refusal: object, *, by: User, now: datetime, **columns: str
    ) -> None:
        reason = columns.get("blocked_reason", "")
        with acting(by=by, now=now, reason=reason):
            if self._lock():
                raise RoomUnfit(_("Somebody is in room %(room)s.") % {"room": self.number})
            if not Room.objects.filter(condition, pk=self.pk).update(**columns):
                raise RoomUnfit(str(refusal) % {"room": self.number})
        self.refresh_from_db()
