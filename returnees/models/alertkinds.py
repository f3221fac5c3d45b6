"""What an alert is about, what is done about it, and what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from houshayu.moods import Mood


class AlertKind(models.TextChoices):
    FEVER = "fever", _("Fever")
    SYMPTOM = "symptom", _("Symptom")
    POSITIVE_TEST = "positive_test", _("Positive test")

    @property
    def mood(self) -> Mood:
        """Until the alert is settled."""
        return Mood.BAD


class AlertStepKind(models.TextChoices):
    """What staff do about an alert, in the order in which they usually do it."""

    REMEASURED = "remeasured", _("Measured again")
    ISOLATED = "isolated", _("Isolated")
    INTERPRETER = "interpreter", _("Interpreter called")
    CALLED_120 = "called_120", _("120 called")
    TEST_TAKEN = "test_taken", _("Test taken")
    CONTACTS_LISTED = "contacts_listed", _("Contacts listed")


class Resolution(models.TextChoices):
    """How an alert ended (domain rules, fever or symptom under observation)."""

    REMEASURED_NORMAL = "remeasured_normal", _("Measured again: normal")
    TEST_NEGATIVE = "test_negative", _("Examined: negative, observation continues")
    SENT_TO_HOSPITAL = "sent_to_hospital", _("Taken to the fever clinic")
    CONFIRMED = "confirmed", _("Confirmed, in medical care")
    MISTAKEN = "mistaken", _("Withdrawn: entered by mistake")

    @property
    def mood(self) -> Mood:
        """Whatever came of an alert, nobody waits any more."""
        return Mood.CALM if self is Resolution.MISTAKEN else Mood.GOOD


# What somebody may find; an alert is withdrawn by correcting the value that raised it.
FOUND = [each for each in Resolution if each is not Resolution.MISTAKEN]
# The person stays where they are, so what was measured again must say that they may.
STAYS = [Resolution.REMEASURED_NORMAL, Resolution.TEST_NEGATIVE]
