from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from houshayu import telling
from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.keeping import personal
from houshayu.models import HOLDER_KINDS, HOME_KINDS, SITE_KINDS, Place
from houshayu.telling import Line, Members
from policy import COLDEST, HOTTEST
from returnees import alerting, arrivals, lodging, observing
from returnees.duties import WORKERS
from returnees.keeping import CUSTODY, HEALTH
from returnees.models import Case, Custody
from transfers.models.handoff_queries import (
    OPEN,
    HandoffNotPossible,
    HandoffQuerySet,
    HandoffStatus,
)

if TYPE_CHECKING:
    from houshayu.models import User

# A kind of message.
DECLINED = "handoff_declined"
HOLDERS = tuple(kind.value for kind in HOLDER_KINDS)


class HandoffClosed(Conflict):
    """Someone answered this handoff, or took it back, before this call did."""


class CommitmentMissing(HandoffNotPossible):
    """Nobody is taken over for observation at home who has not signed the commitment letter."""


@pghistory.track()
class Handoff(models.Model):
    """An offer to pass a case from one place's custody to another's (接转)."""

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="handoffs"
    )
    from_place = models.ForeignKey(
        Place,
        verbose_name=pgettext_lazy("handoff", "from"),
        on_delete=models.PROTECT,
        related_name="handoffs_out",
    )
    to_place = models.ForeignKey(
        Place,
        verbose_name=pgettext_lazy("handoff", "to"),
        on_delete=models.PROTECT,
        related_name="handoffs_in",
    )
    status = personal(
        CUSTODY,
        models.CharField(
            _("status"), max_length=9, choices=HandoffStatus, default=HandoffStatus.OFFERED
        ),
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("offered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    offered_at = personal(CUSTODY, models.DateTimeField(_("offered")))
    planned_at = personal(CUSTODY, models.DateTimeField(_("planned time"), null=True, blank=True))
    due_at = personal(CUSTODY, models.DateTimeField(_("answer due")))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = personal(CUSTODY, models.DateTimeField(_("answered"), null=True, blank=True))
    reason = personal(CUSTODY, models.CharField(_("reason"), max_length=200, blank=True))
    # The custody that began when it was accepted.
    custody = models.OneToOneField(
        Custody, on_delete=models.PROTECT, null=True, blank=True, related_name="handoff"
    )
    # What the handoff record (交接单) says of the way.
    vehicle_plate = personal(
        CUSTODY, models.CharField(_("licence plate"), max_length=12, blank=True)
    )
    driver = personal(CUSTODY, models.CharField(_("driver"), max_length=40, blank=True))
    escort = personal(CUSTODY, models.CharField(_("escort"), max_length=40, blank=True))
    luggage_pieces = personal(
        CUSTODY, models.PositiveSmallIntegerField(_("pieces of luggage"), null=True, blank=True)
    )
    temperature = personal(
        HEALTH,
        models.DecimalField(
            _("temperature at handoff (°C)"), max_digits=3, decimal_places=1, null=True, blank=True
        ),
    )
    remarks = personal(CUSTODY, models.CharField(_("remarks"), max_length=200, blank=True))

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        ordering = ["-offered_at", "-pk"]
        permissions = [
            ("offer_handoff", "Can offer and take back a handoff"),
            ("answer_handoff", "Can accept or decline a handoff"),
        ]
        constraints = [
            models.CheckConstraint(
                name="handoff_status_known", condition=Q(status__in=HandoffStatus.values)
            ),
            models.CheckConstraint(
                name="handoff_between_two_places", condition=~Q(from_place=F("to_place"))
            ),
            models.CheckConstraint(
                name="handoff_closed_iff_answered",
                condition=(OPEN & Q(closed_at=None, closed_by=None))
                | (~OPEN & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="handoff_accepted_iff_custody",
                condition=Q(status=HandoffStatus.ACCEPTED, custody__isnull=False)
                | (~Q(status=HandoffStatus.ACCEPTED) & Q(custody=None)),
            ),
            models.CheckConstraint(
                name="handoff_declined_with_reason",
                condition=~Q(status=HandoffStatus.DECLINED) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="handoff_temperature_range",
                condition=Q(temperature=None)
                | Q(temperature__gte=COLDEST, temperature__lte=HOTTEST),
            ),
            models.UniqueConstraint(
                name="handoff_one_open_per_case", fields=["case"], condition=OPEN
            ),
        ]
        indexes = [
            models.Index(name="handoff_open_to", fields=["to_place", "due_at"], condition=OPEN),
            models.Index(name="handoff_open_from", fields=["from_place", "due_at"], condition=OPEN),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="handoff_starts_with_the_holder",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("case_id", "from_place_id", "to_place_id"),
                # The row lock makes a closing of the case wait, or this offer see it closed.
                func=f"""
                    IF NEW.status <> 'offered' THEN
                        RAISE EXCEPTION 'handoff % does not begin as an offer', NEW.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'handoff_begins_as_an_offer';
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM houshayu_place
                        WHERE id = NEW.to_place_id AND kind IN {HOLDERS}
                    ) THEN
                        RAISE EXCEPTION 'place % takes no cases', NEW.to_place_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'handoff_to_a_holder';
                    END IF;
                    PERFORM 1 FROM returnees_case
                        WHERE id = NEW.case_id AND closed_at IS NULL FOR SHARE;
                    IF NOT FOUND OR NOT EXISTS (
                        SELECT 1 FROM returnees_custody
                        WHERE case_id = NEW.case_id AND ended_at IS NULL
                            AND place_id = NEW.from_place_id
                    ) THEN
                        RAISE EXCEPTION 'place % does not hold case %',
                            NEW.from_place_id, NEW.case_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'handoff_starts_with_the_holder';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="answered_handoff_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.status <> 'offered'"),
                func="""
                    RAISE EXCEPTION 'handoff % has been answered', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_handoff_stays';
                """,
            ),
            pgtrigger.Trigger(
                name="accepted_handoff_moves_custody",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "custody_id"),
                condition=pgtrigger.Q(new__status="accepted"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM returnees_custody ended
                        JOIN returnees_custody began ON began.case_id = ended.case_id
                            AND began.started_at = ended.ended_at
                        WHERE began.id = NEW.custody_id
                            AND began.case_id = NEW.case_id
                            AND began.place_id = NEW.to_place_id
                            AND ended.place_id = NEW.from_place_id
                    ) THEN
                        RAISE EXCEPTION 'accepted handoff % did not move custody', NEW.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'accepted_handoff_moves_custody';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_place} → {self.to_place}"

    def get_absolute_url(self) -> str:
        return reverse("transfers:handoff_detail", args=[self.pk])

    @property
    def standing(self) -> HandoffStatus:
        return HandoffStatus(self.status)

    @property
    def is_open(self) -> bool:
        return self.status == HandoffStatus.OFFERED

    @property
    def case_to_arrive(self) -> Case | None:
        """The case, if whoever accepts says when the person arrived: a site, of somebody new."""
        to_site = self.is_open and self.to_place.kind in SITE_KINDS
        return self.case if to_site and self.case.arrived_at is None else None

    @property
    def has_record(self) -> bool:
        """Whether both sides sign its record: not of what was declined or taken back."""
        return self.status in (HandoffStatus.OFFERED, HandoffStatus.ACCEPTED)

    def accept(
        self,
        *,
        by: User,
        now: datetime,
        room: str = "",
        sharing_reason: str = "",
        temperature: Decimal | None = None,
        luggage_pieces: int | None = None,
        commitment_signed: bool = False,
        arrived_at: datetime | None = None,
        sure: bool = False,
    ) -> Custody:
        """End the sender's custody of the case and begin the receiver's, at one instant.

        room: of the hotel, with sharing_reason as lodging.lodge takes them; without one, finding
        one is a duty of the hotel. temperature: °C, measured at the handoff; a fever
        raises its alert in the receiver's hands. commitment_signed: at the gate of a home, where
        it is needed and was not signed before. arrived_at, sure: at a site that meets the person
        first, as arrivals.arrive() takes them. Raises HandoffClosed if it was answered or taken
        back first; CommitmentMissing, and HandoffNotPossible for a person who may not go home any
        more; RoomRefused, ArrivalRefused and ArrivalDoubted.
        """
        with acting(by=by, now=now):
            case = self._lock_case()
            if not Handoff.objects.filter(OPEN, pk=self.pk).exists():
                raise HandoffClosed(_("This handoff has already been answered."))
            if self.to_place.kind in HOME_KINDS:
                self._open_the_door(case, by=by, now=now, commitment_signed=commitment_signed)
            self.custody = arrivals.take_over(
                case, self.to_place, by=by, now=now, arrived_at=arrived_at, sure=sure
            )
            if room:
                lodging.lodge(case, room, by=by, now=now, sharing_reason=sharing_reason)
            self.temperature = temperature
            if luggage_pieces is not None:
                self.luggage_pieces = luggage_pieces
            self._close(HandoffStatus.ACCEPTED, by=by, now=now)
            if temperature is not None:
                alerting.raise_for_temperature(case, temperature, now=now)
        return self.custody

    def _lock_case(self) -> Case:
        """The case, locked before the handoff, as offer() does, so that no two acts deadlock."""
        return Case.objects.select_for_update(no_key=True).get(pk=self.case_id)

    def _open_the_door(
        self, case: Case, *, by: User, now: datetime, commitment_signed: bool
    ) -> None:
        """The person may be at home still, and has promised to stay there."""
        if reasons := observing.reasons_not_home(case, now):
            raise HandoffNotPossible(" ".join(str(reason) for reason in reasons))
        if observing.lacks_commitment(case, now):
            if not commitment_signed:
                raise CommitmentMissing(
                    _("Please have the commitment letter signed first, and tick it here.")
                )
            observing.sign_commitment(case, by=by, now=now)

    def decline(self, *, by: User, now: datetime, reason: str) -> None:
        """Leave the case with the sender, whose staff are notified at once and find the reason.

        Raises HandoffClosed if it was answered or taken back first.
        """
        with acting(by=by, now=now, reason=reason):
            self._lock_case()
            self.reason = reason
            self._close(HandoffStatus.DECLINED, by=by, now=now)
            telling.tell([self._declined_line()], now=now)

    def _declined_line(self) -> Line:
        def text() -> str:
            # The reason may speak of health, and stays on the page.
            return gettext("Handoff declined: %(number)s by %(place)s") % {
                "number": self.case.number,
                "place": self.to_place,
            }

        return Line(
            kind=DECLINED,
            place=self.from_place,
            key=f"{DECLINED}:{self.pk}",
            text=text,
            url=self.get_absolute_url(),
            recipients=Members([self.from_place]).over(self.from_place, WORKERS),
        )

    def cancel(self, *, by: User, now: datetime, reason: str = "") -> None:
        """Take the offer back; the sender holds the case as before.

        Raises HandoffClosed if it was answered first.
        """
        with acting(by=by, now=now, reason=reason):
            self._lock_case()
            self.reason = reason
            self._close(HandoffStatus.CANCELLED, by=by, now=now)

    def _close(self, status: HandoffStatus, *, by: User, now: datetime) -> None:
        # The WHERE clause is the lock. When two people answer at once, Postgres
        # makes the second UPDATE wait, re-reads the row, and matches nothing.
        won = Handoff.objects.filter(OPEN, pk=self.pk).update(
            status=status,
            closed_by=by,
            closed_at=now,
            reason=self.reason,
            custody=self.custody,
            temperature=self.temperature,
            luggage_pieces=self.luggage_pieces,
        )
        if not won:
            raise HandoffClosed(_("This handoff has already been answered."))
        Custody.objects.offer(self.case, None)
        self.status, self.closed_by, self.closed_at = status, by, now
