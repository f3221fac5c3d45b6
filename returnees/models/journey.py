from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from houshayu.keeping import personal
from policy import Purpose
from returnees.countries import country_name
from returnees.keeping import HEALTH, HOUSEHOLD, JOURNEY
from returnees.models.cases import Case
from returnees.names import FULL_NAME_LENGTH


class TransportMode(models.TextChoices):
    AIR = "air", _("Air")
    RAIL = "rail", _("Rail")
    ROAD = "road", _("Road")
    SEA = "sea", _("Sea")


class EntryPort(models.TextChoices):
    """Beijing's airports, the 12 first points of entry of March 2020, and other ports."""

    PEK = "PEK", _("Beijing Capital")
    PKX = "PKX", _("Beijing Daxing")
    TSN = "TSN", _("Tianjin")
    SJW = "SJW", _("Shijiazhuang")
    TYN = "TYN", _("Taiyuan")
    HET = "HET", _("Hohhot")
    PVG = "PVG", _("Shanghai Pudong")
    TNA = "TNA", _("Jinan")
    TAO = "TAO", _("Qingdao")
    NKG = "NKG", _("Nanjing")
    SHE = "SHE", _("Shenyang")
    DLC = "DLC", _("Dalian")
    CGO = "CGO", _("Zhengzhou")
    XIY = "XIY", _("Xi'an")
    OTHER = "other", _("Another port")


OLDEST = 130  # years
BEIJING_PORTS = (EntryPort.PEK, EntryPort.PKX)


class Pickup(models.TextChoices):
    HUB = "hub", _("Transfer through the hub")
    PRIVATE_CAR = "private_car", _("Private car")
    OTHER = "other", _("Another way")


flight_number = RegexValidator(
    r"^([A-Z]{2}|[A-Z]\d|\d[A-Z])\d{1,4}[A-Z]?$",
    _("A flight number is the airline's two characters and up to four digits, like CA910."),
)
train_number = RegexValidator(
    r"^[GDCZTKYLS]?\d{1,4}$", _("A train number is a letter and up to four digits, like G2.")
)


@pghistory.track()
class Journey(models.Model):
    """Section C: how the person came, and where they were in the fourteen days before."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="journey")
    departure_country = personal(
        JOURNEY, models.CharField(_("Country or region of departure"), max_length=3)
    )
    departure_city = personal(JOURNEY, models.CharField(_("City of departure"), max_length=60))
    departure_time = personal(JOURNEY, models.DateTimeField(_("Departure"), null=True, blank=True))
    transport_mode = personal(
        JOURNEY,
        models.CharField(
            _("Means of transport"), max_length=4, choices=TransportMode, default=TransportMode.AIR
        ),
    )
    flight_number = personal(
        JOURNEY,
        models.CharField(_("Flight number"), max_length=8, blank=True, validators=[flight_number]),
    )
    train_number = personal(
        JOURNEY,
        models.CharField(_("Train number"), max_length=6, blank=True, validators=[train_number]),
    )
    seat_number = personal(JOURNEY, models.CharField(_("Seat"), max_length=10, blank=True))
    entry_date = personal(
        JOURNEY,
        models.DateField(
            _("Date of entry into China"), validators=[MinValueValidator(date(1900, 1, 1))]
        ),
    )
    entry_port = personal(
        JOURNEY, models.CharField(_("Port of entry"), max_length=5, choices=EntryPort)
    )
    days_observed_elsewhere = personal(
        JOURNEY,
        models.PositiveSmallIntegerField(
            _("Days already observed at the first point of entry"), default=0
        ),
    )
    observed_elsewhere_until = personal(
        JOURNEY, models.DateField(_("Observation there ended on"), null=True, blank=True)
    )
    nat_negative_elsewhere = personal(
        HEALTH,
        models.BooleanField(_("Negative nucleic acid test there, with certificate"), default=False),
    )
    purpose = personal(JOURNEY, models.CharField(_("Purpose"), max_length=14, choices=Purpose))
    onward_destination = personal(
        JOURNEY, models.CharField(_("Onward destination"), max_length=80, blank=True)
    )
    pickup = personal(
        JOURNEY, models.CharField(_("Pick-up"), max_length=11, choices=Pickup, default=Pickup.HUB)
    )

    class Meta:
        verbose_name = _("journey")
        constraints = [
            models.CheckConstraint(
                name="journey_mode_known", condition=Q(transport_mode__in=TransportMode.values)
            ),
            models.CheckConstraint(
                name="journey_port_known", condition=Q(entry_port__in=EntryPort.values)
            ),
            models.CheckConstraint(
                name="journey_purpose_known", condition=Q(purpose__in=Purpose.values)
            ),
            models.CheckConstraint(
                name="journey_pickup_known", condition=Q(pickup__in=Pickup.values)
            ),
            models.CheckConstraint(
                name="journey_days_observed", condition=Q(days_observed_elsewhere__lte=30)
            ),
        ]
        indexes = [
            models.Index(
                name="journey_flight", fields=["flight_number"], condition=~Q(flight_number="")
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="journey_left_before_arrival",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("case_id", "departure_time"),
                func="PERFORM returnees_check_arrival(NEW.case_id); RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return self.carrier

    @property
    def carrier(self) -> str:
        """The flight or train number, whichever the person came by."""
        return self.flight_number or self.train_number

    @property
    def departure_country_name(self) -> str:
        return country_name(self.departure_country)

    def left_at(self, transits: Iterable[TransitPoint]) -> datetime | None:
        """When the person was last known to be on the way: the last departure, or a stop."""
        stops = [moment for stop in transits for moment in (stop.arrived_at, stop.departed_at)]
        return max(filter(None, [self.departure_time, *stops]), default=None)


@pghistory.track()
class TransitPoint(models.Model):
    """A place the person changed at on the way (中转地)."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="transits")
    country = personal(JOURNEY, models.CharField(_("Country or region"), max_length=3))
    city = personal(JOURNEY, models.CharField(_("City"), max_length=60))
    arrived_at = personal(JOURNEY, models.DateTimeField(_("Arrival there"), null=True, blank=True))
    departed_at = personal(
        JOURNEY, models.DateTimeField(_("Departure from there"), null=True, blank=True)
    )
    carrier = personal(
        JOURNEY, models.CharField(_("Flight or train number"), max_length=8, blank=True)
    )

    class Meta:
        verbose_name = _("transit point")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="transitpoint_left_after_arrival",
                condition=Q(arrived_at=None)
                | Q(departed_at=None)
                | Q(departed_at__gte=F("arrived_at")),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="transitpoint_left_before_arrival",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("journey_id", "arrived_at", "departed_at"),
                func="""
                    PERFORM returnees_check_arrival(
                        (SELECT case_id FROM returnees_journey WHERE id = NEW.journey_id));
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.city} ({self.country})"

    @property
    def country_name(self) -> str:
        return country_name(self.country)


@pghistory.track()
class VisitedPlace(models.Model):
    """A country, region or city the person was in during the 14 days before entry."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="visited")
    country = personal(JOURNEY, models.CharField(_("Country or region"), max_length=3))
    city = personal(JOURNEY, models.CharField(_("City"), max_length=60))
    from_on = personal(JOURNEY, models.DateField(pgettext_lazy("first day of a stay", "From")))
    until_on = personal(JOURNEY, models.DateField(pgettext_lazy("last day of a stay", "Until")))

    class Meta:
        verbose_name = _("place visited in the last 14 days")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="visitedplace_left_after_arrival", condition=Q(until_on__gte=F("from_on"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.city} ({self.country})"

    @property
    def country_name(self) -> str:
        return country_name(self.country)


@pghistory.track()
class CoResident(models.Model):
    """Somebody who lives in the same dwelling (同住人员)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="co_residents")
    name = personal(HOUSEHOLD, models.CharField(_("Name"), max_length=FULL_NAME_LENGTH))
    relation = personal(HOUSEHOLD, models.CharField(_("Relation"), max_length=40))
    age = personal(
        HOUSEHOLD,
        models.PositiveSmallIntegerField(
            _("Age"), null=True, blank=True, validators=[MaxValueValidator(OLDEST)]
        ),
    )
    back_from_abroad = personal(
        HOUSEHOLD, models.BooleanField(_("Also returned from abroad"), default=False)
    )

    class Meta:
        verbose_name = _("co-resident")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="coresident_age", condition=Q(age__lte=OLDEST))]

    def __str__(self) -> str:
        return self.name
