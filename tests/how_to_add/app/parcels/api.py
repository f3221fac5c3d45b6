from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from houshayu.api import Pages, PlaceSerializer, Resource
from parcels.filters import ParcelFilter
from parcels.models import Parcel


class ParcelSerializer(serializers.ModelSerializer):
    place = PlaceSerializer()

    class Meta:
        model = Parcel
        fields = ["id", "place", "text", "arrived_at", "handed_out_at"]
        read_only_fields = fields


@extend_schema_view(list=extend_schema(summary="Parcels at the user's places"))
class ParcelResource(mixins.ListModelMixin, Resource):
    """Parcels, the newest first."""

    needs = {"list": "parcels.view_parcel"}
    queryset = Parcel.objects.none()
    serializer_class = ParcelSerializer
    filterset_class = ParcelFilter
    pagination_class = Pages
    ordering = ["-arrived_at", "-pk"]

    def get_queryset(self) -> QuerySet[Parcel]:
        return Parcel.objects.visible_to(self.request.user).select_related("place")
