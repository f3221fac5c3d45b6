from django.db import models
from django.utils.translation import gettext_lazy as _


class SheetKind(models.TextChoices):
    """The sheets that are printed of a case; also their names in addresses and file names."""

    REGISTRATION = "registration", _("Registration sheet")
    NOTICE = "notice", _("Observation notice")
    COMMITMENT = "commitment", _("Commitment letter")
    CERTIFICATE = "certificate", _("Release certificate")
