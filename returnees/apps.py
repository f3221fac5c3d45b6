from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    name = "returnees"
    verbose_name = _("Returnees")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in what the kernel and the roof do without their knowing of cases."""
        # Models can be imported from here on, and no sooner.
        from houshayu import demonstration
        from returnees.demonstration.staff import ACTS

        demonstration.register(*ACTS)
