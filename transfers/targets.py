"""The places that cases can be handed over to, grouped by kind, the usual one filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from houshayu.calendar import beijing_date
from houshayu.models import HOME_KINDS, Place, PlaceKind
from policy import ObservationKind
from policy.what_holds import what_holds
from returnees import lodging
from returnees.models import Case
from transfers.usual_target import Standing, usual_target

# In the order in which people go through them; what is in no group is another authority.
GROUPS = (
    (_("Transfer hubs"), (PlaceKind.HUB,)),
    (_("Observation hotels"), (PlaceKind.HOTEL,)),
    (_("Villages and communities"), HOME_KINDS),
    (_("Hospitals"), (PlaceKind.HOSPITAL,)),
)
OTHERS = _("Other authorities")


class GroupedTargets(ModelChoiceIterator):
    """The places of a TargetField under the names of their groups; hotels by their free rooms."""

    field: TargetField

    def __iter__(self) -> Iterator[Any]:
        places = list(self.queryset.all())
        yield "", self.field.empty_label
        grouped = {kind for _name, kinds in GROUPS for kind in kinds}
        others = [each for each in places if each.kind not in grouped]
        for name, kinds in GROUPS:
            those = [each for each in places if each.kind in kinds]
            yield from self._group(name, sorted(those, key=self._by_free))
        yield from self._group(OTHERS, others)

    def _by_free(self, place: Place) -> int:
        """The emptiest first, and those whose rooms nobody knows between them and the full ones."""
        free = self.field.free_rooms.get(place.pk)
        return -1 if free is None and place.kind == PlaceKind.HOTEL else -2 * (free or 0)

    def _group(self, name: Any, places: Sequence[Place]) -> Iterator[Any]:
        if places:
            yield name, [self.choice(each) for each in places]

    def choice(self, place: Place) -> tuple[ModelChoiceIteratorValue, str]:
        return super().choice(place)  # type: ignore[no-any-return]


class TargetSelect(forms.Select):
    """Searched by what is typed, in both languages and by the code; without script a select."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if place := getattr(value, "instance", None):
            option["attrs"]["data-search"] = f"{place.code} {place.name_en} {place.name_zh_hans}"
        return option


class TargetField(forms.ModelChoiceField):
    """A place to hand over to; a hotel says how many of its rooms stand empty and ready."""

    iterator = GroupedTargets
    free_rooms: Mapping[int, int | None] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Place.objects.none(),
            widget=TargetSelect(attrs={"data-searched": _("Type a name to find the place")}),
            **options,
        )

    def set_places(self, places: Any) -> None:
        """Let these be chosen from."""
        self.queryset = places
        self.free_rooms = {each.place.pk: each.free for each in lodging.capacities(places)}

    def label_from_instance(self, place: Any) -> str:
        free = self.free_rooms.get(place.pk)
        if free is None:
            return str(place)
        return ngettext("%(place)s, %(n)s room free", "%(place)s, %(n)s rooms free", free) % {
            "place": place,
            "n": free,
        }

    def usual_for(self, cases: Sequence[Case], now: datetime) -> int | None:
        """The place to propose for these cases, if it is among those that can be chosen."""
        chosen = Case.objects.open().filter(pk__in=[case.pk for case in cases])
        found: Any = chosen.with_holder().with_observed()
        places: Any = self.queryset
        hubs = places.filter(kind=PlaceKind.HUB).order_by("code").values_list("pk", flat=True)
        today = beijing_date(now)
        return usual_target(
            [standing(case, today) for case in found.select_related("holding__place", "observed")],
            hubs=list(hubs),
            hotels=self.free_rooms,
        )


def standing(case: Any, today: date) -> Standing:
    """Of a case fetched with_holder() and with_observed()."""
    # A case without an open observation does not have the name at all.
    observed = getattr(case, "observed", None)
    kind, _why = what_holds(
        case.decision,
        rejected=False,
        in_hotel=False,
        obligation=observed.obligation if observed else 0,
        counted_anew=bool(observed and observed.counted_anew),
    )
    is_kept = observed is None or observed.must_stay_in(today)
    return Standing(
        place=PlaceKind(case.holding.place.kind),
        arrived=case.arrived_at is not None,
        may_go_home=not (is_kept and kind is ObservationKind.CENTRALIZED),
        home=case.community_id,
    )
