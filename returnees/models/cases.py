from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.models import Place
from houshayu.privacy.fields import EncryptedTextField
from houshayu.privacy.masking import mask_phone, mask_phones_in_text
from policy import ResidenceKind
from policy.fields import DecisionField
from policy.models import PolicyVersion
from returnees.arrival_time import EARLIEST, LATEST
from returnees.keeping import CONTACT, DWELLING, JOURNEY, OBSERVING, OFFICE
from returnees.models.case_queries import OPEN, CaseQuerySet, Whereabouts
from returnees.models.people import Person
from returnees.names import FULL_NAME_LENGTH

if TYPE_CHECKING:
    from returnees.models.custody import Custody
    from returnees.models.observation import Observation
    from returnees.models.stays import RoomStay


class CaseOutcome(models.TextChoices):
    RELEASED = "released", _("Released from observation")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    NO_SHOW = "no_show", _("Did not arrive")
    CONFIRMED = "confirmed", _("Confirmed case, in medical care")
    CANCELLED = "cancelled", _("Registered by mistake")


class IntakeChannel(models.TextChoices):
    SELF = "self", _("Filled in by the person")
    PHONE = "phone", _("By phone")
    VISIT = "visit", _("At the door")
    HUB = "hub", _("At the hub")
    SWEEP = "sweep", _("Screening sweep")


# As new_case_number() makes them: Crockford's base 32.
NUMBER_PATTERN = "HSY-[0-9A-HJKMNP-TV-Z]{6}"


@pghistory.track()
class Case(models.Model):
    """One person's one return, from registration until it is closed with an outcome."""

    number = personal(OFFICE, models.CharField(_("Case number"), max_length=10, unique=True))
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="cases"
    )
    document = models.ForeignKey(
        "returnees.IdentityDocument", on_delete=models.PROTECT, related_name="cases"
    )
    # Section B: contact and dwelling
    community = models.ForeignKey(
        Place,
        verbose_name=_("Village or community"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="home_cases",
    )
    compound = personal(
        DWELLING, models.CharField(_("Housing compound"), max_length=80, blank=True)
    )
    building = personal(DWELLING, models.CharField(_("Building"), max_length=20, blank=True))
    unit = personal(DWELLING, models.CharField(_("Unit"), max_length=20, blank=True))
    room = personal(DWELLING, models.CharField(_("Room"), max_length=20, blank=True))
    residence_kind = personal(
        DWELLING, models.CharField(_("Dwelling"), max_length=10, choices=ResidenceKind)
    )
    # Encrypted whole: a phone number stands in the middle of the text.
    landlord_or_agent = personal(
        DWELLING,
        EncryptedTextField(
            _("Landlord or agent, phone"), mask=mask_phones_in_text, max_length=120, blank=True
        ),
    )
    emergency_contact_name = personal(
        CONTACT, models.CharField(_("Emergency contact in China"), max_length=FULL_NAME_LENGTH)
    )
    emergency_contact_phone = personal(
        CONTACT, EncryptedTextField(_("Emergency contact's phone"), mask=mask_phone, max_length=20)
    )
    emergency_contact_relation = personal(
        CONTACT, models.CharField(_("Emergency contact's relation"), max_length=40)
    )
    address_abroad = personal(
        JOURNEY, models.CharField(_("Address abroad, last 14 days"), max_length=200, blank=True)
    )
    # The arrival decides the policy and day 0; expected until somebody has seen the person.
    expected_arrival_at = personal(JOURNEY, models.DateTimeField(_("Arrival in Beijing")))
    arrived_at = personal(
        JOURNEY, models.DateTimeField(_("actual arrival in Beijing"), null=True, blank=True)
    )
    # A family travels, and is housed, as one request.
    travel_group = personal(
        JOURNEY, models.UUIDField(_("Travelling companions"), default=uuid.uuid4)
    )
    # Office part
    intake_channel = personal(
        OFFICE, models.CharField(_("Intake channel"), max_length=10, choices=IntakeChannel)
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Staff member"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    badge_number = personal(OFFICE, models.CharField(_("Badge number"), max_length=20, blank=True))
    interpreter = personal(
        OFFICE, models.CharField(_("Interpreter"), max_length=FULL_NAME_LENGTH, blank=True)
    )
    # Policy: what was decided, by which rule, from which facts
    policy = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="+"
    )
    decision = personal(OBSERVING, DecisionField(_("decision")))
    opened_at = personal(OFFICE, models.DateTimeField(_("registered at")))
    closed_at = personal(OFFICE, models.DateTimeField(_("closed"), null=True, blank=True))
    outcome = personal(
        OFFICE, models.CharField(_("outcome"), max_length=16, choices=CaseOutcome, blank=True)
    )
    outcome_note = personal(OFFICE, models.CharField(_("note"), max_length=200, blank=True))

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [
            ("release_case", "Can release a case"),
            ("close_case", "Can close a case without release"),
            ("print_case", "Can print the sheets of a case"),
            ("export_case", "Can export lists of cases"),
            ("view_dashboard", "Can see the dashboard"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_number_form",
                condition=Q(number__regex=f"^{NUMBER_PATTERN}$"),
            ),
            models.CheckConstraint(
                name="case_residence_known", condition=Q(residence_kind__in=ResidenceKind.values)
            ),
            models.CheckConstraint(
                name="case_intake_known", condition=Q(intake_channel__in=IntakeChannel.values)
            ),
            models.CheckConstraint(
                name="case_closed_iff_outcome",
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, outcome__in=CaseOutcome.values),
            ),
            models.CheckConstraint(
                name="case_arrived_within_its_journey",
                condition=Q(arrived_at=None)
                | Q(
                    arrived_at__gte=F("expected_arrival_at") - EARLIEST,
                    arrived_at__lte=F("expected_arrival_at") + LATEST,
                ),
            ),
            models.UniqueConstraint(
                name="case_one_open_per_person", fields=["person"], condition=OPEN
            ),
        ]
        indexes = [
            models.Index(name="case_opened", fields=["opened_at", "id"]),
            models.Index(name="case_open", fields=["opened_at", "id"], condition=OPEN),
            models.Index(
                name="case_open_expected",
                fields=["expected_arrival_at", "id"],
                condition=OPEN & Q(arrived_at=None),
            ),
            models.Index(name="case_arrived", fields=["arrived_at"]),
            models.Index(name="case_closed", fields=["closed_at", "id"], condition=~OPEN),
            models.Index(name="case_travel_group", fields=["travel_group"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_case_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("closed_at", "outcome"),
                condition=pgtrigger.AnyChange("closed_at", "outcome"),
                # A release alone is taken back; whoever comes again after another end is
                # registered again.
                func="""
                    IF OLD.closed_at IS NOT NULL
                        AND NOT (NEW.closed_at IS NULL AND OLD.outcome = 'released')
                    THEN
                        RAISE EXCEPTION 'case % was closed as %', OLD.id, OLD.outcome
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_case_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="released_only_when_complete",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("outcome", "closed_at"),
                func="PERFORM houshayu_check_release(NEW.id); RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="case_arrived_after_leaving",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("arrived_at"),
                func="PERFORM returnees_check_arrival(NEW.id); RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="case_matches_its_custody",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("opened_at", "closed_at"),
                func="PERFORM houshayu_check_custody(NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("returnees:case_detail", args=[self.number])

    @property
    def arrival_at(self) -> datetime:
        """When the person arrived in Beijing, or is expected to."""
        return self.arrived_at or self.expected_arrival_at

    if TYPE_CHECKING:
        # Of a case fetched with_holder(), for_rows() or with_in_hands().
        in_hands: bool | None
        whereabouts: str
        holding: Custody | None
        observed: Observation | None
        staying: RoomStay | None
        open_alerts: bool

    @property
    def standing(self) -> Whereabouts:
        """Of a case fetched with_holder()."""
        return Whereabouts(self.whereabouts)

    @property
    def dwelling(self) -> str:
        """To the door: compound, building, unit and room."""
        return " ".join(filter(None, [self.compound, self.building, self.unit, self.room]))
