from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = _("Transfers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in what returnees does without its knowing of handoffs."""
        from houshayu.roles import grant
        from returnees import registration, reminding
        from transfers import elsewhere, roles
        from transfers import reminding as handoff_reminding

        grant(roles.MAY)
        reminding.PLANNERS.append(handoff_reminding.plan)
        registration.registered.connect(elsewhere.offer_to_home, dispatch_uid="offer_to_home")
        registration.moved.connect(elsewhere.offer_to_new_home, dispatch_uid="offer_to_new_home")
