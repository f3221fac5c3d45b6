"""The one clock of the domain.

Only views, tasks and commands ask it; everything else takes the time as an argument. In the
demonstration it runs from a chosen morning in March 2020; elsewhere it is the real time.
Sessions, tokens and the history's own stamps always keep real time.
"""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from houshayu.models import ClockShift


def now() -> datetime:
    """The domain's present moment, aware, in UTC."""
    if settings.DEMONSTRATION:
        return timezone.now() + ClockShift.current()
    return timezone.now()
