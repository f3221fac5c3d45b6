from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from houshayu.acts import act_page, posted
from houshayu.http import Request
from houshayu.models import Place, Post, User


class HolderForm(forms.ModelForm):
    """Who answers for a task."""

    class Meta:
        model = Post
        fields = ["holder", "is_lead"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            is_active=True
        ).order_by("name")

    def clean_is_lead(self) -> bool:
        leads: bool = self.cleaned_data["is_lead"]
        post = self.instance
        others = Post.objects.filter(place=post.place, group=post.group).exclude(pk=post.pk)
        if leads and others.filter(is_lead=True).exists():
            raise forms.ValidationError(_("Another post already leads this group here."))
        return leads


@require_safe
@permission_required("houshayu.view_post", raise_exception=True)
def post_list(request: Request) -> HttpResponse:
    """Who answers for which place and task, by place."""
    places = Place.objects.covered_by(request.user, "houshayu.view_post")
    posts = Post.objects.filter(place__in=places).select_related("place", "holder")
    context = {"posts": posts.order_by("place__code", "group", "pk")}
    return render(request, "houshayu/post_list.html", context)


@permission_required("houshayu.change_post", raise_exception=True)
def post_edit(request: Request, pk: int) -> HttpResponse:
    places = Place.objects.covered_by(request.user, "houshayu.change_post")
    post: Post = get_object_or_404(Post.objects.select_related("place"), pk=pk, place__in=places)
    form = HolderForm(posted(request), instance=post)

    def name() -> str:
        form.save()
        return _("The post has been filled.")

    return act_page(
        request, form, name, title=str(post), button=_("Save the post"), back="post_list"
    )
