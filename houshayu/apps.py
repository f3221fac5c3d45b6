from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoushayuConfig(AppConfig):
    name = "houshayu"
    verbose_name = _("Houshayu")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported from here on, and no sooner.
        from houshayu import checks, menu  # noqa: F401  (checks registers the system checks)
        from houshayu.roles import MAY, grant

        grant(MAY)
        menu.register(
            menu.Entry(view="inbox", label=_("Inbox"), order=60, counts="unread_messages"),
            menu.Entry(
                view="post_list", label=_("Posts"), permission="houshayu.view_post", order=70
            ),
            menu.Entry(
                view="outbox", label=_("Outbox"), permission="houshayu.view_outbox", order=90
            ),
            menu.Entry(
                view="reveal_list",
                label=_("Protected values"),
                permission="houshayu.view_reveal",
                order=100,
            ),
            menu.Entry(
                view="membership_list",
                label=_("Administration"),
                permission="houshayu.administer",
                order=110,
            ),
        )
