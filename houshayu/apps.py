from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoushayuConfig(AppConfig):
    name = "houshayu"
    verbose_name = _("Houshayu")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported from here on, not before; checks registers the system checks.
        from houshayu import checks, workorders  # noqa: F401

        workorders.register(workorders.DIRECTIVE)
