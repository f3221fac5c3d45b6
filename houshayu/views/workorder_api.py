from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock, workorders
from houshayu.api import Pages, PlaceSerializer, Request, Resource
from houshayu.api_forms import FormInput, from_json
from houshayu.filters import WorkOrderFilter
from houshayu.forms import DirectiveForm, ResultForm
from houshayu.models import Place, WorkOrder


class WorkOrderSerializer(serializers.ModelSerializer):
    """A work order, and whether the user may do it."""

    place = PlaceSerializer()
    owner = serializers.CharField(source="owner.name", allow_null=True, default=None)
    opened_by = serializers.CharField(source="opened_by.name", allow_null=True, default=None)
    done_by = serializers.CharField(source="done_by.name", allow_null=True, default=None)
    can_finish = serializers.BooleanField()

    class Meta:
        model = WorkOrder
        fields = [
            "id", "kind", "place", "owner", "text", "due_at", "opened_by", "opened_at",
            "done_by", "done_at", "result", "can_finish",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(
        summary="Work orders at the user's places, and the user's own",
        description="Open ones, unless state asks for others; the earliest due time first.",
    ),
    retrieve=extend_schema(summary="A work order"),
)
class WorkOrderResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Work orders: opened for a place, done by those who work there or by their owner."""

    needs = {
        "list": "houshayu.view_workorder",
        "retrieve": "houshayu.view_workorder",
        "create": "houshayu.add_workorder",
        "done": "houshayu.finish_workorder",
    }
    queryset = WorkOrder.objects.none()
    serializer_class = WorkOrderSerializer
    filterset_class = WorkOrderFilter
    pagination_class = Pages
    ordering = ["due_at", "pk"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).for_rows(self.request.user)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # One order by its number is found whether it is open or done.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def _response(self, order: WorkOrder, status: int = status.HTTP_200_OK) -> Response:
        shown = self.get_serializer(WorkOrder.objects.for_rows(self.request.user).get(pk=order.pk))
        return Response(shown.data, status=status)

    @extend_schema(
        summary="Give a directive to a place",
        request=FormInput.of(DirectiveForm),
        responses={201: WorkOrderSerializer},
        examples=[
            OpenApiExample(
                "By this evening",
                value={
                    "place": "demo-hotel-jia",
                    "text": "Count the masks and tell the hub what is short.",
                    "due_at": "2020-03-20T18:00:00+08:00",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        now = clock.now()
        places = Place.objects.covered_by(request.user, "houshayu.add_workorder")
        places = places.filter(is_active=True)
        asked = from_json(DirectiveForm, request.data, places=places, now=now).cleaned_data
        order = WorkOrder.objects.open_order(
            kind=workorders.DIRECTIVE.code, by=request.user, now=now, **asked
        )
        return self._response(order, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Say that it is done, and what came of it",
        request=FormInput.of(ResultForm),
        responses={200: WorkOrderSerializer, 409: OpenApiTypes.OBJECT},
        examples=[
            OpenApiExample("Counted", value={"result": "200 masks are short."}, request_only=True)
        ],
    )
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: int) -> Response:
        order = get_object_or_404(WorkOrder.objects.finishable_by(request.user), pk=pk)
        asked = from_json(ResultForm, request.data).cleaned_data
        order.done(by=request.user, now=clock.now(), **asked)
        return self._response(order)
