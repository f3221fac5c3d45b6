from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    name = "returnees"
    verbose_name = _("Returnees")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what of a case waits for somebody."""
        from houshayu import duties  # models are not ready before
        from returnees.duties import DUTIES

        duties.register(*DUTIES)
