from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import beijing_date
from houshayu.keeping import personal
from houshayu.models import Place
from houshayu.moods import Mood
from policy import ObservationKind, days
from policy.models import PolicyVersion
from returnees.keeping import HEALTH, OBSERVING
from returnees.models.cases import Case
from returnees.models.custody import Custody

if TYPE_CHECKING:
    from houshayu.models import User

OPEN = Q(ended_at=None)


class EndReason(models.TextChoices):
    COMPLETED = "completed", _("Days complete")
    RESTARTED = "restarted", _("Count started again")
    CORRECTED = "corrected", _("Arrival corrected")
    TAKEN_BACK = "taken_back", _("Release taken back")
    CONFIRMED = "confirmed", _("Confirmed case, in medical care")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    CANCELLED = "cancelled", _("Case cancelled")

    @property
    def mood(self) -> Mood:
        """Whatever ended an observation, it is over."""
        return Mood.CALM


# An observation that ended so never was: its days count nowhere, and nothing is printed of it.
VOID = [EndReason.CORRECTED, EndReason.TAKEN_BACK]


class ObservationQuerySet(models.QuerySet["Observation"]):
    def open(self) -> ObservationQuerySet:
        return self.filter(OPEN)

    def current_of(self, case: Case) -> Observation | None:
        """The observation of the case that is going on."""
        return self.filter(OPEN, case=case).first()

    def lock_current_of(self, case: Case) -> Observation | None:
        """The same, once a round that is being written is through: it may bring a fever.

        Writing its alert, a round takes a key share of the case, which a lock without the key
        lets it have.
        """
        return self.filter(OPEN, case=case).select_for_update(no_key=True, of=("self",)).first()

    def end(self, case: Case, reason: EndReason, *, now: datetime) -> None:
        """What goes on of the case ends for the reason; nothing happens where nothing does."""
        self.filter(OPEN, case=case).update(
            ended_at=now, ended_on=beijing_date(now), end_reason=reason
        )

    def held_by(self, user: User, permission: str) -> ObservationQuerySet:
        """Open observations of cases in the hands of the user's places."""
        places = Place.objects.covered_by(user, permission)
        holding = Custody.objects.open().filter(case=OuterRef("case"), place__in=places)
        return self.filter(OPEN, Exists(holding))

    def to_stay_in(self, on: date) -> ObservationQuerySet:
        """Those whose people must stay in, as must_stay_in says of one."""
        return self.filter(OPEN, kind__in=ObservationKind.staying_in(), release_on__gt=on)

    def due_for_release(self, on: date) -> ObservationQuerySet:
        """Open observations whose last day is the given one or an earlier one."""
        return self.filter(OPEN, release_on__lte=on)


# Which slots are taken changes with a check-in, whose own history says so.
@pghistory.track(exclude=["slots_taken"])
class Observation(models.Model):
    """So many days of one kind, counted in calendar days of Asia/Shanghai.

    The day of arrival is day 0 and the release day is day `days`. Moving between hotel and home
    changes the kind and not the count; a restart ends this observation and begins another.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="observations")
    kind = personal(OBSERVING, models.CharField(_("kind"), max_length=17, choices=ObservationKind))
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    # Which of the decision's obligations it meets, the first being 0.
    obligation = personal(
        OBSERVING, models.PositiveSmallIntegerField(_("obligation"), db_default=0)
    )
    # Its days are those of a contact or a violation, all in a hotel, whatever is decided since.
    counted_anew = personal(OBSERVING, models.BooleanField(_("count restarted"), db_default=False))
    started_on = personal(OBSERVING, models.DateField(_("day 0")))
    days = personal(OBSERVING, models.PositiveSmallIntegerField(_("days")))
    release_on = personal(
        OBSERVING,
        models.GeneratedField(
            expression=F("started_on") + F("days"),
            output_field=models.DateField(_("release day")),
            db_persist=True,
        ),
    )
    ended_at = personal(OBSERVING, models.DateTimeField(_("ended"), null=True, blank=True))
    ended_on = personal(OBSERVING, models.DateField(null=True, blank=True, editable=False))
    end_reason = personal(
        OBSERVING, models.CharField(_("reason"), max_length=16, choices=EndReason, blank=True)
    )

    # The slots that have a check-in, kept by triggers here and of the check-ins: whoever asks
    # what is missing of thousands reads no check-in.
    slots_taken = personal(
        HEALTH,
        ArrayField(models.SmallIntegerField(), default=list, editable=False),
    )

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="observation_kind_known", condition=Q(kind__in=ObservationKind.values)
            ),
            models.CheckConstraint(
                name="observation_ended_iff_reason",
                condition=Q(ended_at=None, ended_on=None, end_reason="")
                | Q(
                    ended_at__isnull=False,
                    ended_on__isnull=False,
                    end_reason__in=EndReason.values,
                ),
            ),
            models.CheckConstraint(
                name="observation_complete_only_after_its_days",
                condition=~Q(end_reason=EndReason.COMPLETED)
                | Q(ended_on__gte=F("started_on") + F("days")),
            ),
            models.CheckConstraint(
                name="observation_days_range", condition=Q(days__gte=1, days__lte=60)
            ),
            models.UniqueConstraint(
                name="observation_one_open_per_case", fields=["case"], condition=OPEN
            ),
        ]
        indexes = [
            models.Index(name="observation_open", fields=["release_on", "case"], condition=OPEN),
            # What ended of late is found without the history.
            models.Index(
                name="observation_ended",
                fields=["ended_at"],
                include=["case"],
                condition=Q(ended_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="observation_knows_its_slots_taken",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("slots_taken"),
                # Whatever is written, what its check-ins say is kept.
                func="""
                    NEW.slots_taken := ARRAY(
                        SELECT policy_slot_number(day, slot) FROM returnees_checkin
                        WHERE observation_id = NEW.id ORDER BY 1
                    );
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="observation_matches_its_case",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                # Not of slots_taken: a check-in changes nothing that a release asks for.
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("id", "case_id", "obligation", "ended_at", "end_reason")
                | pgtrigger.Delete,
                func="""
                    PERFORM houshayu_check_release(coalesce(NEW.case_id, OLD.case_id));
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_on}–{self.release_on}"

    @property
    def is_void(self) -> bool:
        """It began by mistake, and its days count nowhere."""
        return self.end_reason in VOID

    @property
    def standing(self) -> EndReason | None:
        """Why it ended; None while it goes on."""
        return EndReason(self.end_reason) if self.ended_at else None

    if TYPE_CHECKING:
        # Of an observation fetched with rounds.round_list().
        checked: bool
        room: str
        floor: str
        place_id: int

    def day_number(self, on: date) -> int:
        """Which day of the observation the date is; negative before it starts."""
        return days.day_number(self.started_on, on)

    def days_overdue(self, on: date) -> int:
        """How many days ago its last day was; 0 until then."""
        return max(0, self.day_number(on) - self.days)

    def must_stay_in(self, on: date) -> bool:
        """Days remain on which the person stays in, in a hotel or at home."""
        return ObservationKind(self.kind).stays_in and self.day_number(on) < self.days
