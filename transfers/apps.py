from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = _("Transfers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in what returnees does without its knowing of handoffs."""
        from houshayu import duties, kinds  # models are not ready before
        from returnees import registration
        from transfers import elsewhere
        from transfers.duties import DUTIES, KINDS

        duties.register(*DUTIES)
        kinds.register(*KINDS)
        registration.registered.connect(elsewhere.offer_to_home, dispatch_uid="offer_to_home")
        registration.moved.connect(elsewhere.offer_to_new_home, dispatch_uid="offer_to_new_home")
