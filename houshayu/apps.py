from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoushayuConfig(AppConfig):
    name = "houshayu"
    verbose_name = _("Houshayu")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported from here on, and no sooner.
        from houshayu import checks, duties, menu, roles, workorders  # noqa: F401  (checks registers itself)

        roles.grant(roles.MAY)
        workorders.register(workorders.DIRECTIVE)
        duties.register(workorders.DUTY)
        menu.register(
            menu.Entry(
                view="workorder_list",
                label=_("Work orders"),
                permission="houshayu.view_workorder",
                order=55,
            ),
            menu.Entry(view="job_list", label=_("My background work"), order=65),
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
