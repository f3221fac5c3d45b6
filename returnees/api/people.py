from __future__ import annotations

import django_filters as filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from houshayu.api import MaskingSerializer, Pages, Resource
from houshayu.listing import YES_NO
from returnees.api.sections import DocumentSection
from returnees.models import Case, Person

PERSON_NUMBER = OpenApiParameter(
    "number", str, OpenApiParameter.PATH, description="The number of one of the person's cases."
)


class CaseOfPersonSerializer(serializers.ModelSerializer):
    """One return, with the document that was shown then."""

    document = DocumentSection()

    class Meta:
        model = Case
        fields = ["number", "opened_at", "closed_at", "document"]


class PersonSerializer(MaskingSerializer):
    """A human being with those of their returns that the user may see."""

    cases = CaseOfPersonSerializer(source="seen_cases", many=True)

    class Meta:
        model = Person
        fields = [
            "person_category", "name_zh", "surname_latin", "given_names_latin", "gender",
            "birth_date", "nationality", "preferred_language", "needs_interpreter", "phone_cn",
            "phone_intl", "cases",
        ]  # fmt: skip
        read_only_fields = fields


class PersonFilter(filters.FilterSet):
    q = filters.CharFilter(method="named", label=_("Name"))
    needs_interpreter = filters.ChoiceFilter(
        method="with_interpreter", choices=YES_NO, label=_("Interpreter needed")
    )

    class Meta:
        model = Person
        fields = ["nationality", "person_category", "preferred_language"]

    def named(self, queryset: QuerySet[Person], _name: str, text: str) -> QuerySet[Person]:
        return queryset.filter(pk__in=Person.objects.named(text).values("pk"))

    def with_interpreter(
        self, queryset: QuerySet[Person], _name: str, wanted: str
    ) -> QuerySet[Person]:
        return queryset.filter(needs_interpreter=wanted == "true")


@extend_schema_view(
    list=extend_schema(summary="People who have a case the user may see"),
    retrieve=extend_schema(summary="The person of a case", parameters=[PERSON_NUMBER]),
)
class PersonResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """People, found under the number of any of their cases."""

    needs = {"list": "returnees.view_case", "retrieve": "returnees.view_case"}
    queryset = Person.objects.none()
    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    pagination_class = Pages
    ordering = ["name_sort_key", "pk"]
    lookup_field = "number"

    def get_queryset(self) -> QuerySet[Person]:
        cases = Case.objects.in_hands_of(self.request.user)
        return Person.objects.filter(Exists(cases.filter(person=OuterRef("pk")))).prefetch_related(
            Prefetch("cases", cases.select_related("document").order_by("opened_at"), "seen_cases")
        )

    def get_object(self) -> Person:
        cases = Case.objects.in_hands_of(self.request.user)
        case = get_object_or_404(cases, number=self.kwargs["number"])
        return self.get_queryset().get(pk=case.person_id)
