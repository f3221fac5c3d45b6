"""The words that rules, forms and rows share: each list of choices stands here and nowhere else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ObservationKind(models.TextChoices):
    """What somebody under observation owes."""

    CENTRALIZED = "centralized", _("Centralized observation")
    HOME = "home", _("Home observation")
    HEALTH_MONITORING = "health_monitoring", _("Community health monitoring")

    @property
    def stays_in(self) -> bool:
        """The person stays in their room, in a hotel or at home."""
        return self is not ObservationKind.HEALTH_MONITORING

    @classmethod
    def staying_in(cls) -> list[str]:
        """Those that keep somebody in their room, for a query."""
        return [kind.value for kind in cls if kind.stays_in]


class Slot(models.TextChoices):
    """Twice a day somebody under observation is measured (guideline of 5 February 2020)."""

    MORNING = "morning", _("Morning")
    EVENING = "evening", _("Evening")


class RequestedMode(models.TextChoices):
    CENTRALIZED = "centralized", _("Centralized observation")
    HOME = "home", _("Home observation")


class ExceptionGround(models.TextChoices):
    """Grounds for home observation; the policy version decides which of them count."""

    AGE_70 = "age_70", _("Aged 70 or over")
    MINOR = "minor", _("Minor")
    PREGNANT = "pregnant", pgettext_lazy("ground", "Pregnant or recently gave birth")
    UNDERLYING_DISEASE = "underlying_disease", _("Underlying disease")
    LIVES_ALONE = "lives_alone", _("Lives alone in a dwelling in Beijing")


class Purpose(models.TextChoices):
    RETURN_HOME = "return_home", _("Return home")
    WORK = "work", _("Work")
    STUDY = "study", _("Study")
    BUSINESS_SHORT = "business_short", _("Short business trip")
    VISIT = "visit", _("Visit to relatives")
    TRANSIT = "transit", _("Transit")
    OTHER = "other", _("Another purpose")


class ResidenceKind(models.TextChoices):
    OWNED = "owned", _("Owned")
    RENTED = "rented", _("Rented")
    EMPLOYER = "employer", _("Provided by the employer")
    RELATIVES = "relatives", _("Home of relatives or friends")
    HOTEL = "hotel", _("Hotel")
    NONE = "none", _("No fixed dwelling in Beijing")

    @property
    def is_dwelling(self) -> bool:
        """Somebody could be observed there."""
        return self not in (ResidenceKind.HOTEL, ResidenceKind.NONE)
