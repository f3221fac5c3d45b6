from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from houshayu.accounts import give_password
from houshayu.acts import act_page, posted
from houshayu.address import asked
from houshayu.exceptions import Conflict
from houshayu.filters import MemberFilter
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.models import Membership, Place, Role, User


class OwnRole(Conflict):
    """Nobody gives or takes a role of their own."""


class UserForm(forms.ModelForm):
    """A new user, with their first role."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role)
    place = forms.ModelChoiceField(label=gettext_lazy("Place"), queryset=Place.objects.none())

    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "language"]

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]


class MembershipForm(forms.ModelForm):
    """One more role at a place; `by` is who gives it."""

    class Meta:
        model = Membership
        fields = ["role", "place"]

    def __init__(self, *args: Any, places: QuerySet[Place], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.by = by

    def clean(self) -> dict[str, Any]:
        if self.instance.user == self.by and not self.by.is_superuser:
            raise forms.ValidationError(
                _("You can't give yourself a role; another administrator can.")
            )
        return super().clean() or {}

    def _get_validation_exclusions(self) -> set[str]:
        # The user is given, so the form checks that nobody has a role twice.
        return super()._get_validation_exclusions() - {"user"}  # type: ignore[misc]


def _places(request: Request) -> QuerySet[Place]:
    return Place.objects.covered_by(request.user, "houshayu.administer")


def _members(request: Request) -> QuerySet[User]:
    """Users with a role in the administrator's places; oneself is among them, superusers not."""
    return User.objects.filter(
        memberships__place__in=_places(request), is_superuser=False
    ).distinct()


@require_safe
@permission_required("houshayu.administer", raise_exception=True)
def membership_list(request: Request) -> HttpResponse:
    users = User.objects.filter(pk__in=_members(request).values("pk"))
    found = MemberFilter(
        asked(request), users.prefetch_related("memberships__place"), request=request
    )
    return listing(request, "houshayu/membership_list.html", found, order=["name", "id"])


@permission_required("houshayu.administer", raise_exception=True)
def user_add(request: Request) -> HttpResponse:
    """A new user with a first password that is shown once, to be changed by them."""
    form = UserForm(posted(request), places=_places(request))

    @transaction.atomic
    def create() -> HttpResponse:
        user = form.save()
        password = give_password(user)
        Membership.objects.create(
            user=user, role=form.cleaned_data["role"], place=form.cleaned_data["place"]
        )
        return _password_page(request, user, password)

    return act_page(
        request,
        form,
        create,
        title=_("New user"),
        button=_("Create the user"),
        back="membership_list",
    )


@permission_required("houshayu.administer", raise_exception=True)
def password_renew(request: Request, pk: int) -> HttpResponse:
    """A new password, shown once, for somebody who forgot theirs; it ends their sessions."""
    member = get_object_or_404(_members(request), pk=pk)
    if member == request.user:
        return redirect("account_change_password")
    return act_page(
        request,
        forms.Form(posted(request)),
        lambda: _password_page(request, member, give_password(member)),
        title=_("New password"),
        button=_("Give a new password"),
        back="membership_list",
        about=member,
        confirm=_("Give %(name)s a new password? The old one stops working at once.")
        % {"name": member},
    )


def _password_page(request: Request, user: User, password: str) -> HttpResponse:
    context = {"new_user": user, "password": password}
    return render(request, "houshayu/user_added.html", context)


@permission_required("houshayu.administer", raise_exception=True)
def membership_add(request: Request, pk: int) -> HttpResponse:
    member = get_object_or_404(_members(request), pk=pk)
    form = MembershipForm(
        posted(request),
        places=_places(request),
        by=request.user,
        instance=Membership(user=member),
    )

    def give() -> str:
        form.save()
        return _("The role has been given.")

    return act_page(
        request,
        form,
        give,
        title=_("Another role for %(name)s") % {"name": member},
        button=_("Give the role"),
        back="membership_list",
    )


@permission_required("houshayu.administer", raise_exception=True)
def membership_remove(request: Request, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership, pk=pk, place__in=_places(request))

    def take_back() -> str:
        if membership.user == request.user:
            raise OwnRole(_("You can't take your own role; another administrator can."))
        membership.delete()
        return _("The role has been taken back.")

    return act_page(
        request,
        forms.Form(posted(request)),
        take_back,
        title=_("Take back a role"),
        button=_("Take back"),
        back="membership_list",
        about=membership.user,
        confirm=_("Take back the role %(role)s from %(name)s?")
        % {"role": membership.get_role_display(), "name": membership.user},
    )
