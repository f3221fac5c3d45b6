from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    name = "returnees"
    verbose_name = _("Returnees")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from houshayu.roles import grant
        from returnees.roles import MAY

        grant(MAY)
