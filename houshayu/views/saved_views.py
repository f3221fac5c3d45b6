from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import menu
from houshayu.acts import act_button, act_page, posted
from houshayu.address import asked
from houshayu.http import Request
from houshayu.models import Place, SavedView
from houshayu.models.saved_views import NameTaken
from houshayu.saved_views import worth_saving


class KeptForm(forms.Form):
    """Which list an address wants to save a view of, and what of it."""

    list = forms.ChoiceField()
    query = forms.CharField(required=False, max_length=2000)

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["list"].choices = [  # type: ignore[attr-defined]
            (entry.view, entry.label) for entry in menu.entries_for(request.user)
        ]

    def clean_query(self) -> str:
        return worth_saving(self.cleaned_data["query"])


class SavedViewForm(forms.ModelForm):
    """The name of a view, and whom it is for; sharing is for those who may."""

    class Meta:
        model = SavedView
        fields = ["name", "is_start", "shared_with"]

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Place.objects.covered_by(request.user, "houshayu.share_savedview")
        if request.user.has_perm("houshayu.share_savedview"):
            self.fields["shared_with"].queryset = places  # type: ignore[attr-defined]
        else:
            del self.fields["shared_with"]


@require_safe
def savedview_list(request: Request) -> HttpResponse:
    """The user's own views, and those shared where they work."""
    views = SavedView.objects.visible_to(request.user).for_rows()
    return render(request, "houshayu/savedview_list.html", {"views": views})


@require_safe
def savedview_open(request: Request, pk: int) -> HttpResponse:
    """The list, as it was saved; it says itself what of that no longer fits."""
    return redirect(get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk).address)


def savedview_save(request: Request) -> HttpResponse:
    """What a list shows, under a name."""
    what = KeptForm(asked(request), request=request)
    if not what.is_valid():
        raise Http404
    view = SavedView(owner=request.user, **what.cleaned_data)
    return _kept(request, view, title=_("Save this view"), back=view.address)


def savedview_change(request: Request, pk: int) -> HttpResponse:
    """Another name, shared or no more, the first page or no more."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    return _kept(request, view, title=_("Change the view"), back="savedview_list")


@require_POST
def savedview_delete(request: Request, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)

    def delete() -> str:
        view.delete()
        return _("The view %(name)s has been deleted.") % {"name": view}

    return act_button(request, delete, back="savedview_list")


def _kept(request: Request, view: SavedView, *, title: str, back: str) -> HttpResponse:
    form = SavedViewForm(posted(request), instance=view, request=request)

    def keep() -> str:
        form.instance.keep()
        return _("The view %(name)s has been saved.") % {"name": form.instance}

    return act_page(
        request,
        form,
        keep,
        title=title,
        button=_("Save the view"),
        back=back,
        beside={NameTaken: "name"},
    )
