from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = _("Transfers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in what returnees does without its knowing of handoffs."""
        # Models can be imported from here on, and no sooner.
        from houshayu import demonstration, menu
        from houshayu.roles import grant
        from returnees import registration, reminding
        from returnees.bulk import CASES
        from transfers import bulk, elsewhere, roles
        from transfers import reminding as handoff_reminding
        from transfers.demonstration import ACTS

        grant(roles.MAY)
        CASES.add(bulk.OFFER)
        demonstration.register(*ACTS)
        menu.register(
            menu.Entry(
                view="transfers:handoff_list",
                label=_("Handoffs"),
                permission="transfers.view_handoff",
                order=40,
            )
        )
        reminding.PLANNERS.append(handoff_reminding.plan)
        registration.registered.connect(elsewhere.offer_to_home, dispatch_uid="offer_to_home")
        registration.moved.connect(elsewhere.offer_to_new_home, dispatch_uid="offer_to_new_home")
