"""What the list of parcels can be narrowed to, by the page and by the API."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from houshayu.listing import Filters
from parcels.models import Parcel


class ParcelFilter(Filters):
    text = filters.CharFilter(lookup_expr="icontains", label=_("for whom"))

    class Meta:
        model = Parcel
        fields: list[str] = []
