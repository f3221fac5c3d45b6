"""What all resources of the API share: permissions, paging, and the answer to a refusal."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters as filters
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeRangeField
from rest_framework import request as rest_request
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.viewsets import GenericViewSet

from houshayu.accounts import lacks_second_step
from houshayu.exceptions import Conflict
from houshayu.keyset import value_of
from houshayu.models import Place, User
from houshayu.privacy.fields import EncryptedTextField, Mask

logger = logging.getLogger(__name__)


class Request(rest_request.Request):
    """For annotations: the request of a user who is logged in."""

    user: User  # type: ignore[assignment]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """A Conflict answers 409 with its sentence; everything else as DRF does.

    The same holds for what the database refused: two people who register one document at once pass
    every check of ours, and its constraint lets the first one through.
    """
    if isinstance(error, Conflict):
        return Response({"detail": str(error)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, IntegrityError):
        # The database's own message quotes the row; a log carries no personal data.
        broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        logger.warning("The API was refused by constraint %s", broken)
        sentence = _("This conflicts with what is stored now, so nothing was changed.")
        return Response({"detail": sentence}, status=status.HTTP_409_CONFLICT)
    return rest_exception_handler(error, context)


# What a resource names as needed where everybody who is logged in may.
EVERYBODY = ""


class HoldsPermission(BasePermission):
    """The user's roles carry the permission that the view names for the action, at some place."""

    def has_permission(self, request: rest_request.Request, view: APIView) -> bool:
        action = getattr(view, "action", None)
        if action is None:  # a method the resource does not have, which is answered with 405
            return True
        permission = getattr(view, "needs", {}).get(action)
        return permission is not None and (
            permission == EVERYBODY or request.user.has_perm(permission)
        )


class HasSecondStep(BasePermission):
    """Users who must use two-step login do, even with a token older than the role."""

    def has_permission(self, request: rest_request.Request, _view: APIView) -> bool:
        user = request.user
        if not settings.HOUSHAYU_REQUIRE_TOTP or not isinstance(user, User):
            return True
        return not lacks_second_step(user)


class Resource(GenericViewSet):
    """A resource whose every action names its permission; it speaks the user's language."""

    request: Request
    needs: ClassVar[dict[str, str]]
    permission_classes = [IsAuthenticated, HasSecondStep, HoldsPermission]

    def perform_authentication(self, request: rest_request.Request) -> None:
        super().perform_authentication(request)
        if request.user.is_authenticated:
            # A token is read after the middleware that picks the language.
            translation.activate(request.user.language)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().finalize_response(*args, **kwargs)
        response.headers["Content-Language"] = translation.get_language() or ""
        return response

    def filter_queryset(self, queryset: Any) -> Any:
        """Filters narrow a list; a single thing is there whatever the list shows by itself."""
        return queryset if self.detail else super().filter_queryset(queryset)


class MomentRangeField(IsoDateTimeRangeField):
    """Two moments in UTC; Postgres does not take every offset that can be written."""

    def compress(self, moments: list[datetime | None]) -> slice | None:
        try:
            in_utc = [moment and moment.astimezone(UTC) for moment in moments]
        except OverflowError:
            raise ValidationError(_("Please check the year.")) from None
        between: slice | None = super().compress(in_utc)
        return between


class MomentRange(filters.IsoDateTimeFromToRangeFilter):
    """From one moment to another, either of which may be left out."""

    field_class = MomentRangeField


class Pages(CursorPagination):
    """Keyset pages; a resource names the order of its rows as `ordering`."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def get_ordering(
        self, _request: rest_request.Request, queryset: Any, view: Any
    ) -> tuple[str, ...]:
        self.rows = queryset
        return tuple(view.ordering)

    def decode_cursor(self, request: rest_request.Request) -> Any:
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                value_of(self.rows, self.ordering[0], cursor.position)
            except ValueError:
                raise NotFound(self.invalid_cursor_message) from None
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """As the framework describes a page, with null said as OpenAPI 3.1 says it."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            del page["properties"][name]["nullable"]
            page["properties"][name]["type"] = ["string", "null"]
        return page


class MaskedField(serializers.CharField):
    """A protected field: accepted in full, and shown masked."""

    def __init__(self, *, mask: Mask, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask = mask

    def to_representation(self, value: str) -> str:
        return self.mask(value)


class MaskingSerializer(serializers.ModelSerializer):
    """A model's fields, the protected ones of them masked."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        EncryptedTextField: MaskedField
    }

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field, kwargs = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, EncryptedTextField):
            kwargs = kwargs | {"mask": model_field.mask}
        return field, kwargs


class PlaceSerializer(serializers.ModelSerializer):
    """A place as others name it: by its code."""

    class Meta:
        model = Place
        fields = ["code", "name", "kind"]
