from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = _("Transfers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in what returnees does without its knowing of handoffs."""
        # Models can be imported from here on, and no sooner.
        from houshayu import demonstration, duties, kinds, menu
        from houshayu.roles import grant
        from returnees import case_page, registration
        from returnees.bulk import CASES
        from transfers import bulk, elsewhere, panels, roles
        from transfers.demonstration import ACTS
        from transfers.duties import DUTIES, KINDS

        grant(roles.MAY)
        duties.register(*DUTIES)
        kinds.register(*KINDS)
        case_page.register(panels=panels.PANELS, acts=panels.ACTS)
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
        registration.registered.connect(elsewhere.offer_to_home, dispatch_uid="offer_to_home")
        registration.moved.connect(elsewhere.offer_to_new_home, dispatch_uid="offer_to_new_home")
