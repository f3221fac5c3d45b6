from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    name = "returnees"
    verbose_name = _("Returnees")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Printing many sheets is work in the background; a certificate can be attached."""
        # Models can be imported from here on, not before.
        from houshayu import attachments, jobs
        from returnees.models.certificates import OBSERVATION_CERTIFICATE
        from returnees.sheets import batches

        jobs.register(batches.KIND)
        attachments.register(OBSERVATION_CERTIFICATE)
