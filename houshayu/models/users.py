from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import ACCOUNT, personal, personal_fields
from houshayu.roles import ROLE_PERMISSIONS


@personal_fields(
    ACCOUNT, "password", "last_login", "is_superuser", "username", "email", "is_staff",
    "is_active", "date_joined",
)  # fmt: skip
class User(AbstractUser):
    """Somebody who works with the program; what they may do follows from their memberships."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = personal(ACCOUNT, models.CharField(_("name"), max_length=80))
    language = personal(
        ACCOUNT,
        models.CharField(
            _("language of the interface"),
            max_length=10,
            choices=[
                pair for pair in settings.LANGUAGES if pair[0] in settings.INTERFACE_LANGUAGES
            ],
            default="zh-hans",
        ),
    )
    phone = personal(ACCOUNT, models.CharField(_("work phone"), max_length=20, blank=True))
    # Whoever gave it knows it, so its owner changes it before anything else.
    has_given_password = personal(ACCOUNT, models.BooleanField(default=False, editable=False))

    objects = UserManager()  # type: ignore[misc]
    REQUIRED_FIELDS = ["name", "email"]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="user_language_known",
                condition=models.Q(language__in=settings.INTERFACE_LANGUAGES),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_once_in_any_spelling",
                violation_error_message=_("A user with this login already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def roots(self) -> dict[str, list[int]]:
        """The ids of the places at which the user has each of their roles; read once a request."""
        roots: dict[str, list[int]] = {}
        if self.is_active:
            for role, place_id in self.memberships.values_list("role", "place_id"):
                roots.setdefault(role, []).append(place_id)
        return roots

    @cached_property
    def grants(self) -> dict[str, list[int]]:
        """The ids of the places at which the user's roles carry each permission, roots only."""
        grants: dict[str, list[int]] = {}
        for role, places in self.roots.items():
            for permission in ROLE_PERMISSIONS[role]:
                grants.setdefault(permission, []).extend(places)
        return grants
