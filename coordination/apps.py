from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoordinationConfig(AppConfig):
    name = "coordination"
    verbose_name = _("Coordination")

    def ready(self) -> None:
        """Offer the pages of the roof in every page's frame."""
        # Models can be imported from here on, and no sooner.
        from houshayu import menu

        menu.register(
            menu.Entry(
                view="coordination:my_day",
                label=_("My day"),
                permission="returnees.view_case",
                order=5,
            ),
            menu.Entry(
                view="coordination:dashboard",
                label=_("Dashboard"),
                permission="returnees.view_dashboard",
                order=10,
            ),
            banner="coordination/_demo_banner.html",
        )
