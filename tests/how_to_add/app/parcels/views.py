from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.acts import act_button
from houshayu.address import asked
from houshayu.http import Request
from houshayu.listing import listing
from parcels.filters import ParcelFilter
from parcels.models import Parcel


@require_safe
@permission_required("parcels.view_parcel", raise_exception=True)
def parcel_list(request: Request) -> HttpResponse:
    parcels = Parcel.objects.visible_to(request.user).select_related("place")
    found = ParcelFilter(asked(request), parcels, request=request)
    return listing(request, "parcels/parcel_list.html", found, order=["-arrived_at", "-id"])


@require_POST
@permission_required("parcels.hand_out_parcel", raise_exception=True)
def parcel_hand_out(request: Request, pk: int) -> HttpResponse:
    parcel = get_object_or_404(Parcel.objects.handled_by(request.user), pk=pk)

    def hand_out() -> str:
        parcel.hand_out(by=request.user, now=clock.now())
        return _("The parcel is handed out.")

    return act_button(request, hand_out, back="parcels:parcel_list")
