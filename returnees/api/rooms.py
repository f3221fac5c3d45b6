from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from houshayu.api import Pages, PlaceSerializer, Resource
from returnees.models import Room
from returnees.room_filters import RoomFilter


class RoomSerializer(serializers.ModelSerializer):
    """A room of a hotel, and the cases whose people are in it."""

    place = PlaceSerializer()
    cases = serializers.SerializerMethodField()

    class Meta:
        model = Room
        fields = [
            "place", "number", "floor", "beds", "accessible", "state", "blocked_reason", "cases",
        ]  # fmt: skip
        read_only_fields = fields

    def get_cases(self, room: Room) -> list[str]:
        return [stay.case.number for stay in room.guests]


@extend_schema_view(
    list=extend_schema(summary="Rooms of the hotels whose rooms the user may see, by floor")
)
class RoomResource(mixins.ListModelMixin, Resource):
    """Rooms of hotels; who is in one is set with the case."""

    needs = {"list": "returnees.view_room"}
    queryset = Room.objects.none()
    serializer_class = RoomSerializer
    filterset_class = RoomFilter
    pagination_class = Pages
    ordering = ["place", "floor", "number", "pk"]

    def get_queryset(self) -> QuerySet[Room]:
        rooms = Room.objects.visible_to(self.request.user)
        return rooms.select_related("place").with_guests()
