from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    name = "returnees"
    verbose_name = _("Returnees")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in what the kernel and the roof do without their knowing of cases."""
        # Models can be imported from here on, and no sooner.
        from houshayu import attachments, demonstration, duties, jobs, kinds, menu, naming, roles
        from returnees import case_page, companions, panels
        from returnees.demonstration.staff import ACTS
        from returnees.duties import DUTIES, KINDS
        from returnees.models.cases import NUMBER_PATTERN
        from returnees.models.certificates import OBSERVATION_CERTIFICATE
        from returnees.roles import MAY
        from returnees.sheets import batches

        roles.grant(MAY)
        duties.register(*DUTIES)
        kinds.register(*KINDS)
        naming.register(NUMBER_PATTERN, companions.names_by_number)
        case_page.register(panels=panels.PANELS, acts=panels.ACTS)
        jobs.register(batches.KIND)
        attachments.register(OBSERVATION_CERTIFICATE)
        demonstration.register(*ACTS)
        menu.register(
            menu.Entry(
                view="returnees:case_list",
                label=_("Cases"),
                permission="returnees.view_case",
                order=20,
            ),
            menu.Entry(
                view="returnees:round",
                label=_("Check-ins"),
                permission="returnees.record_checkin",
                order=30,
            ),
            menu.Entry(
                view="returnees:room_map",
                label=_("Rooms"),
                permission="returnees.view_room",
                order=45,
            ),
            menu.Entry(
                view="returnees:alert_list",
                label=_("Alerts"),
                permission="returnees.handle_alert",
                order=50,
            ),
            menu.Entry(
                view="returnees:certificate_verify", label=_("Verify a certificate"), order=80
            ),
            search=menu.Search(
                view="returnees:case_list",
                permission="returnees.view_case",
                label=_("Search by name or case number"),
                placeholder=_("Name, number, phone, flight or room"),
            ),
        )
