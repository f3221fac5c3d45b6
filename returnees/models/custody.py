from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.models import Place
from returnees.keeping import CUSTODY

if TYPE_CHECKING:
    from returnees.models.cases import Case

OPEN = Q(ended_at=None)


class CustodyQuerySet(models.QuerySet["Custody"]):
    def open(self) -> CustodyQuerySet:
        return self.filter(OPEN)

    def current_of(self, case: Case) -> Custody | None:
        """The custody that goes on, with its place; None once the case is closed."""
        return self.filter(OPEN, case=case).select_related("place", "offered_to").first()

    def holder_of(self, case: Case) -> Place | None:
        """The place that holds the case now; None once it is closed."""
        custody = self.current_of(case)
        return custody.place if custody else None

    def begin(self, case: Case, place: Place, *, at: datetime) -> Custody:
        """The place holds the case from then on; the first does so by registering it."""
        return self.create(case=case, place=place, started_at=at)

    def end(self, case: Case, *, at: datetime) -> datetime:
        """Nobody holds the case any more, and it has no room; returns the moment since when.

        The clocks of two hosts may differ, and time in custody still goes forward: the moment is
        at the earliest a microsecond after the custody began. Raises Custody.DoesNotExist where
        nobody holds the case.
        """
        current = self.open().select_for_update().get(case=case)
        at = max(at, current.started_at + timedelta(microseconds=1))
        self.filter(pk=current.pk).update(ended_at=at, offered_to=None)
        return at

    def pass_on(self, case: Case, place: Place, *, at: datetime) -> Custody:
        """End the present custody and begin the place's, at one instant."""
        return self.begin(case, place, at=self.end(case, at=at))

    def offer(self, case: Case, to_place: Place | None) -> None:
        """The case is on offer to the place, or to nobody; the handoff itself is its app's."""
        self.filter(OPEN, case=case).update(offered_to=to_place)


# A range of one number lets the built-in gist compare for equality; no btree_gist needed.
CASE_AS_RANGE = Func(
    F("case"), F("case"), Value("[]"), function="int8range", output_field=BigIntegerRangeField()
)
PERIOD = Func(
    F("started_at"),
    F("ended_at"),
    Value("[)"),
    function="tstzrange",
    output_field=DateTimeRangeField(),
)


@pghistory.track()
class Custody(models.Model):
    """Which place holds a case, from when until when.

    The place stays responsible until the next one has accepted: custodies of a case follow one
    another without gap or overlap, from its registration until it is closed.
    """

    case = models.ForeignKey("returnees.Case", on_delete=models.PROTECT, related_name="custodies")
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="custodies"
    )
    # To whom the holder offers the case: it decides who sees it. A trigger of transfers keeps it
    # equal to the open handoff.
    offered_to = models.ForeignKey(
        Place,
        verbose_name=_("offered to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    started_at = personal(CUSTODY, models.DateTimeField(_("from")))
    ended_at = personal(CUSTODY, models.DateTimeField(_("until"), null=True, blank=True))

    objects = CustodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("custody")
        verbose_name_plural = _("custodies")
        ordering = ["started_at"]
        constraints = [
            models.CheckConstraint(
                name="custody_ends_after_it_starts",
                condition=OPEN | Q(ended_at__gt=F("started_at")),
            ),
            models.CheckConstraint(
                name="custody_on_offer_while_it_lasts", condition=OPEN | Q(offered_to=None)
            ),
            models.CheckConstraint(
                name="custody_on_offer_to_another",
                condition=Q(offered_to=None) | ~Q(offered_to=F("place")),
            ),
            models.UniqueConstraint(
                name="custody_one_open_per_case", fields=["case"], condition=OPEN
            ),
            ExclusionConstraint(
                name="custody_no_overlap",
                expressions=[
                    (CASE_AS_RANGE, RangeOperators.OVERLAPS),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(name="custody_open_by_place", fields=["place", "case"], condition=OPEN),
            models.Index(
                name="custody_open_by_offer",
                fields=["offered_to", "case"],
                condition=OPEN & Q(offered_to__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="custody_stays_as_it_began",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("case", "place", "started_at"),
                func="""
                    RAISE EXCEPTION 'custody % began otherwise', OLD.id
                        USING ERRCODE = 'check_violation',
                              CONSTRAINT = 'custody_stays_as_it_began';
                """,
            ),
            pgtrigger.Trigger(
                name="custody_ends_the_stay",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("ended_at"),
                condition=pgtrigger.Condition("OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL"),
                # Whoever goes leaves the room. The clock of this host may be behind.
                func="""
                    UPDATE returnees_roomstay
                        SET ended_at =
                            greatest(NEW.ended_at, started_at + interval '1 microsecond')
                        WHERE case_id = NEW.case_id AND ended_at IS NULL;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="custody_holds_the_stay",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("checked", "bigint")],
                # At commit, for a stay may have begun while the custody was being ended.
                func="""
                    checked := coalesce(NEW.case_id, OLD.case_id);
                    PERFORM 1 FROM returnees_case WHERE id = checked FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT 1 FROM returnees_roomstay stay
                        JOIN returnees_room room ON room.id = stay.room_id
                        WHERE stay.case_id = checked AND stay.ended_at IS NULL AND NOT EXISTS (
                            SELECT 1 FROM returnees_custody held
                            WHERE held.case_id = checked AND held.ended_at IS NULL
                                AND held.place_id = room.place_id
                        )
                    ) THEN
                        RAISE EXCEPTION 'case % stays in a room of another place', checked
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'stay_where_the_case_is';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="custody_is_whole",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    PERFORM houshayu_check_custody(coalesce(NEW.case_id, OLD.case_id));
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.place)
