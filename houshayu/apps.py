from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoushayuConfig(AppConfig):
    name = "houshayu"
    verbose_name = _("Houshayu")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from houshayu import checks  # noqa: F401  (registers the system checks)
        from houshayu.roles import MAY, grant

        grant(MAY)
