from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from policy import COLDEST, EVENING_FROM, HOTTEST, Slot
from returnees.keeping import HEALTH
from returnees.models.health import (
    Symptom,
    TemperatureMethod,
    in_range,
    needs_alert,
    symptoms_field,
)
from returnees.models.observation import Observation

if TYPE_CHECKING:
    from houshayu.models import User


class Channel(models.TextChoices):
    STAFF = "staff", _("Measured by staff")
    WECHAT = "wechat", _("WeChat")
    PHONE = "phone", _("Phone")
    SMS = "sms", _("Text message")


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def held_by(self, user: User, permission: str) -> CheckInQuerySet:
        """Check-ins of open observations of cases in the hands of the user's places."""
        return self.filter(observation__in=Observation.objects.held_by(user, permission))


@pghistory.track(pghistory.UpdateEvent(row="OLD"), pghistory.DeleteEvent())
class CheckIn(models.Model):
    """One temperature check of one observation day, morning or evening (每日早晚两次测温)."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="checkins")
    day = personal(HEALTH, models.PositiveSmallIntegerField(_("day of observation")))
    slot = personal(HEALTH, models.CharField(_("slot"), max_length=7, choices=Slot))
    temperature = personal(
        HEALTH,
        models.DecimalField(
            _("Body temperature (°C)"), max_digits=3, decimal_places=1, validators=in_range
        ),
    )
    method = personal(
        HEALTH,
        models.CharField(
            _("Method"), max_length=8, choices=TemperatureMethod, default=TemperatureMethod.AXILLARY
        ),
    )
    symptoms = personal(HEALTH, symptoms_field(_("Symptoms")))
    channel = personal(
        HEALTH, models.CharField(_("channel"), max_length=6, choices=Channel, default=Channel.STAFF)
    )
    taken_at = personal(HEALTH, models.DateTimeField(_("taken at")))
    early_reason = personal(
        HEALTH,
        models.CharField(_("Why before its time"), max_length=200, blank=True, db_default=""),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["day", "-slot"]
        permissions = [("record_checkin", "Can record check-ins")]
        constraints = [
            models.UniqueConstraint(
                name="checkin_one_per_day_and_slot", fields=["observation", "day", "slot"]
            ),
            models.CheckConstraint(name="checkin_slot_known", condition=Q(slot__in=Slot.values)),
            models.CheckConstraint(
                name="checkin_method_known", condition=Q(method__in=TemperatureMethod.values)
            ),
            models.CheckConstraint(
                name="checkin_channel_known", condition=Q(channel__in=Channel.values)
            ),
            models.CheckConstraint(
                name="checkin_symptoms_known",
                condition=Q(symptoms__contained_by=Symptom.values),
            ),
            models.CheckConstraint(
                name="checkin_temperature_range",
                condition=Q(temperature__gte=COLDEST, temperature__lte=HOTTEST),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="checkin_on_a_day_of_its_observation",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("day", "slot", "observation_id", "taken_at", "early_reason"),
                declare=[("last_day", "smallint"), ("day_zero", "date")],
                func=f"""
                    SELECT days, started_on INTO last_day, day_zero
                        FROM returnees_observation WHERE id = NEW.observation_id;
                    IF NOT policy_slot_exists(NEW.day, last_day, NEW.slot) THEN
                        RAISE EXCEPTION 'observation % has no slot % on day %',
                            NEW.observation_id, NEW.slot, NEW.day
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'checkin_on_a_day_of_its_observation';
                    END IF;
                    IF NEW.slot = '{Slot.EVENING}' AND NEW.early_reason = '' AND NEW.taken_at
                        < (day_zero + NEW.day + time '{EVENING_FROM}') AT TIME ZONE 'Asia/Shanghai'
                    THEN
                        RAISE EXCEPTION 'a check-in of the evening was taken at %', NEW.taken_at
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'checkin_before_its_time_has_a_reason';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="checkin_is_noted_by_its_observation",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("day", "slot", "observation_id")
                | pgtrigger.Delete,
                # Its own trigger finds what is true. The row lock makes a second check-in at the
                # same moment wait, and then count the first one too.
                func="""
                    UPDATE returnees_observation SET slots_taken = '{}'
                        WHERE id IN (NEW.observation_id, OLD.observation_id);
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="checkins_emptied_are_noted",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Truncate,
                func="""
                    UPDATE returnees_observation SET slots_taken = '{}' WHERE slots_taken <> '{}';
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_slot_display()}: {self.temperature} °C"

    @property
    def needs_alert(self) -> bool:
        return needs_alert(self.temperature, self.symptoms)
