"""What every act of the API on one case shares: where it is found, and how it is answered."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from houshayu.api import Resource
from houshayu.api_forms import FormInput
from returnees.api.case_fields import CaseSerializer
from returnees.models import Case

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="The case number.")
CONFLICT = {409: OpenApiTypes.OBJECT}


def describe_act(summary: str, form: Any = None, **more: Any) -> Any:
    """The description of an act on the case in the address, which asks what the form asks."""
    return extend_schema(
        summary=summary,
        parameters=[NUMBER],
        request=FormInput.of(form) if form else None,
        **{"responses": {200: CaseSerializer, **CONFLICT}, **more},
    )


class OneCase(Resource):
    """Acts on a case, by its number; each answers with the case as it is then."""

    queryset = Case.objects.none()
    serializer_class: type[serializers.BaseSerializer] = CaseSerializer
    lookup_field = "number"

    def get_queryset(self) -> QuerySet[Case]:
        return (
            Case.objects.in_hands_of(self.request.user)
            .for_rows()
            .select_related(
                "document", "journey", "health", "request", "declaration", "care", "policy"
            )
            .prefetch_related(
                "co_residents", "journey__transits", "journey__visited", "custodies__place",
                "observations", "stays__room__place",
            )
        )  # fmt: skip

    def _held(self, number: str) -> Case:
        """The case to act on: in the hands of a place where the user may."""
        held = Case.objects.held_by(self.request.user, self.needs[self.action])
        return get_object_or_404(held, number=number)

    def _response(self, case: Case, status: int = status.HTTP_200_OK) -> Response:
        shown = self.get_serializer(self.get_queryset().get(pk=case.pk))
        return Response(shown.data, status=status)
