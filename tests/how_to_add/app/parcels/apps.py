from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParcelsConfig(AppConfig):
    name = "parcels"
    verbose_name = _("Parcels")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add parcels to the frame, the roles and everybody's day."""
        # Models can be imported from here on, and no sooner.
        from houshayu import duties, menu, roles
        from parcels.duties import DUTIES
        from parcels.roles import MAY

        roles.grant(MAY)
        duties.register(*DUTIES)
        menu.register(
            menu.Entry(
                view="parcels:parcel_list",
                label=_("Parcels"),
                permission="parcels.view_parcel",
                order=57,
            )
        )
