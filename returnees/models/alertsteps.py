"""The steps that staff take about an alert, each with who and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.keeping import personal
from returnees.keeping import HEALTH
from returnees.models.alertkinds import AlertStepKind
from returnees.models.alerts import Alert

if TYPE_CHECKING:
    from houshayu.models import User


class AlertStepQuerySet(models.QuerySet["AlertStep"]):
    def take(self, alert: Alert, kind: str, *, by: User, now: datetime) -> AlertStep:
        """The step is taken, by the one who said so first, who is on the alert from then on.

        Raises AlertClosed if the alert is settled already.
        """
        with acting(by=by, now=now):
            # Locked, so that of two people the second finds the step, and a settling waits.
            Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
            alert.acknowledge(by=by, now=now)
            step, _new = self.get_or_create(
                alert=alert, kind=kind, defaults={"taken_at": now, "taken_by": by}
            )
        return step


@pghistory.track()
class AlertStep(models.Model):
    """One thing that somebody did about an alert, and when; the first who did it stands."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    kind = personal(HEALTH, models.CharField(_("step"), max_length=15, choices=AlertStepKind))
    taken_at = personal(HEALTH, models.DateTimeField(_("step taken")))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AlertStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of an alert")
        verbose_name_plural = _("steps of alerts")
        ordering = ["taken_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="alertstep_kind_known", condition=Q(kind__in=AlertStepKind.values)
            ),
            models.UniqueConstraint(name="alertstep_once", fields=["alert", "kind"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="alertstep_of_an_open_alert",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # The row lock makes a settling wait, or this step see the alert settled.
                func="""
                    PERFORM 1 FROM returnees_alert
                        WHERE id = NEW.alert_id AND resolved_at IS NULL FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'alert % has been settled', NEW.alert_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'alertstep_of_an_open_alert';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="alertstep_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    RAISE EXCEPTION 'step % was taken', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'alertstep_stays';
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
