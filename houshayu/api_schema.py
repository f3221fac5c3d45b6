"""What the description of the API says of every resource: how it refuses."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny


class RefusalSerializer(serializers.Serializer):
    """Why a request is refused, in a sentence."""

    detail = serializers.CharField()


# By section and field, as deep as the request itself: the description can't name the fields.
PROBLEMS = {"type": "object", "additionalProperties": True}


class Schema(AutoSchema):
    """A resource with what it answers when it refuses, besides what its view declares."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status, refusal in self._refusals().items():
            if status not in bodies:
                bodies[status] = self._get_response_for_code(refusal, status, direction=direction)
        return bodies

    def _refusals(self) -> dict[str, OpenApiResponse]:
        refusals = {}
        if self.method != "GET" or self.get_filter_backends():
            refusals["400"] = OpenApiResponse(
                PROBLEMS, _("What is wrong, by section and field, each as a list of sentences.")
            )
        if not isinstance(self.view.get_permissions()[0], AllowAny):
            refusals["401"] = OpenApiResponse(RefusalSerializer, _("Nobody is logged in."))
            refusals["403"] = OpenApiResponse(
                RefusalSerializer, _("The user's roles do not allow it.")
            )
        if "{" in self.path:
            refusals["404"] = OpenApiResponse(
                RefusalSerializer, _("There is none, or none that the user may see.")
            )
        if self.view.get_throttles():
            refusals["429"] = OpenApiResponse(
                RefusalSerializer, _("Too many tries: wait as many seconds as Retry-After says.")
            )
        return refusals
