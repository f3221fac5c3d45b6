from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest, Left, Length
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.models import Place
from returnees.keeping import CUSTODY, DWELLING
from returnees.models.cases import Case


class CustodyQuerySet(models.QuerySet["Custody"]):
    def open(self) -> CustodyQuerySet:
        return self.filter(ended_at=None)


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

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="custodies")
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="custodies"
    )
    started_at = personal(CUSTODY, models.DateTimeField(_("from")))
    ended_at = personal(CUSTODY, models.DateTimeField(_("until"), null=True, blank=True))
    room = personal(DWELLING, models.CharField(_("hotel room"), max_length=8, blank=True))
    floor = personal(
        DWELLING,
        models.GeneratedField(
            expression=Left("room", Greatest(Length("room") - 2, 0)),
            output_field=models.CharField(max_length=8),
            db_persist=True,
        ),
    )

    objects = CustodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("custody")
        verbose_name_plural = _("custodies")
        ordering = ["started_at"]
        constraints = [
            models.CheckConstraint(
                name="custody_ends_after_it_starts",
                condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at")),
            ),
            models.CheckConstraint(
                name="custody_room_form", condition=Q(room__regex=r"^[0-9A-Z-]{0,8}$")
            ),
            models.UniqueConstraint(
                name="custody_one_open_per_case", fields=["case"], condition=Q(ended_at=None)
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
            models.Index(
                name="custody_open_by_place", fields=["place", "case"], condition=Q(ended_at=None)
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
        return " ".join(filter(None, [str(self.place), self.room]))
