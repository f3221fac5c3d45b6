from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.duties import planning
from returnees import alerting, observing
from returnees.correcting.conflicts import NothingToCorrect
from returnees.models import Alert, Case, LabTest, TestResult

if TYPE_CHECKING:
    from houshayu.models import User


def correct_test(
    test: LabTest, result: TestResult | None, *, by: User, now: datetime, reason: str
) -> None:
    """The test has this result, is waiting for one, or with None was not taken; decided again.

    The alert of a positive result that was none is withdrawn; a positive one raises its alert.
    Raises CaseClosed, and NothingToCorrect where nothing is recorded, or just this.
    """
    with acting(by=by, now=now, reason=reason):
        case = Case.objects.lock_open(test.observation.case)
        locked = LabTest.objects.select_for_update(of=("self",)).get(pk=test.pk)
        recorded = TestResult(locked.result) if locked.sampled_at else None
        if recorded is None or recorded == result:
            raise NothingToCorrect(_("This is what is recorded already."))
        known = result not in (None, TestResult.PENDING)
        locked.result = result or TestResult.PENDING
        locked.result_at = now if known else None
        if result is None:
            locked.sampled_at = locked.recorded_by = None
            planning.waits_again("test", about=locked.pk)
        locked.save(update_fields=["result", "result_at", "sampled_at", "recorded_by"])
        if recorded is TestResult.POSITIVE:
            alerting.withdraw(Alert.objects.filter(labtest=locked), by=by, now=now)
        if result == TestResult.POSITIVE:
            alerting.raise_for_test(locked, now=now)
        observing.decide_again(case)
    test.refresh_from_db()
