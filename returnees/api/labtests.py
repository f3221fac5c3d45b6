from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Pages, Request, Resource
from houshayu.api_forms import FormInput, from_json
from houshayu.calendar import beijing_date
from returnees import correcting, observing
from returnees.api.one_case import CONFLICT, NUMBER
from returnees.forms.corrections import TestCorrectionForm
from returnees.forms.labtests import TestForm, TestPlanForm
from returnees.models import Case, LabTest, Observation

TEST = OpenApiParameter("id", int, OpenApiParameter.PATH, description="The number of the test.")


class LabTestSerializer(serializers.ModelSerializer):
    """A nucleic acid test: planned, sampled, or with its result."""

    recorded_by = serializers.CharField(source="recorded_by.name", allow_null=True, default=None)

    class Meta:
        model = LabTest
        fields = ["id", "due_on", "sampled_at", "result", "result_at", "recorded_by"]
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="The nucleic acid tests of a case", parameters=[NUMBER])
)
class LabTestResource(mixins.ListModelMixin, Resource):
    """The nucleic acid tests of a case: those of the policy, and others that somebody planned."""

    needs = {
        "list": "returnees.view_case",
        "create": "returnees.record_labtest",
        "record": "returnees.record_labtest",
        "correct": "returnees.record_labtest",
    }
    queryset = LabTest.objects.none()
    serializer_class = LabTestSerializer
    pagination_class = Pages
    filter_backends = []
    ordering = ["due_on", "pk"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[LabTest]:
        in_hands = Case.objects.in_hands_of(self.request.user)
        case = get_object_or_404(in_hands, number=self.kwargs["number"])
        return LabTest.objects.filter(observation__case=case).select_related("recorded_by")

    @extend_schema(
        summary="Plan a further test",
        parameters=[NUMBER],
        request=FormInput.of(TestPlanForm),
        responses={201: LabTestSerializer, **CONFLICT},
        examples=[
            OpenApiExample("After a positive", value={"due_on": "2020-03-25"}, request_only=True)
        ],
    )
    def create(self, request: Request, number: str) -> Response:
        held = Observation.objects.held_by(request.user, self.needs["create"])
        observation = get_object_or_404(held, case__number=number)
        now = clock.now()
        asked = from_json(
            TestPlanForm, request.data, today=beijing_date(now), until=observation.release_on
        ).cleaned_data
        test = observing.plan_test(observation, asked["due_on"], by=request.user, now=now)
        return Response(LabTestSerializer(test).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Say that the sample is taken, or what its result is",
        parameters=[NUMBER, TEST],
        request=FormInput.of(TestForm),
        responses={200: LabTestSerializer, **CONFLICT},
        examples=[OpenApiExample("Negative", value={"result": "negative"}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def record(self, request: Request, number: str, pk: int) -> Response:
        held = LabTest.objects.held_by(request.user, self.needs["record"])
        test = get_object_or_404(held, observation__case__number=number, pk=pk)
        asked = from_json(TestForm, request.data).cleaned_data
        observing.record_test(test, asked["result"], by=request.user, now=clock.now())
        return Response(LabTestSerializer(test).data)

    @extend_schema(
        summary="Correct what was recorded of a test",
        parameters=[NUMBER, TEST],
        request=FormInput.of(TestCorrectionForm),
        responses={200: LabTestSerializer, **CONFLICT},
        examples=[
            OpenApiExample(
                "Another person's result",
                value={"result": "negative", "reason": "It was the neighbour's."},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, number: str, pk: int) -> Response:
        held = LabTest.objects.held_by(request.user, self.needs["correct"])
        test = get_object_or_404(held, observation__case__number=number, pk=pk)
        asked = from_json(TestCorrectionForm, request.data).cleaned_data
        correcting.correct_test(
            test, asked["result"], by=request.user, now=clock.now(), reason=asked["reason"]
        )
        return Response(LabTestSerializer(test).data)
