"""Why a correction is refused, and what else it does."""

from django.utils.translation import gettext_lazy as _

from houshayu.exceptions import Conflict

ALERT_WITHDRAWN = _("The alert that this value raised is withdrawn.")
ALERT_RAISED = _(
    "An alert is raised, and the coordinator and the medical group are notified at once."
)


class NothingToCorrect(Conflict):
    """What is recorded is what the correction says."""


class ReleaseStands(Conflict):
    """The release can't be taken back; str() says why."""
