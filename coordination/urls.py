"""The root of every address: what the roof answers itself, then the pages of each app."""

from importlib import import_module

from django.conf import settings
from django.urls import include, path
from django.utils.module_loading import module_has_submodule

from coordination.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("api/", include("coordination.api_urls")),
    path("", include("coordination.page_urls")),
    *(
        path("", include(f"{app}.urls"))
        for app in settings.APPS_BELOW_THE_ROOF
        if module_has_submodule(import_module(app), "urls")
    ),
]
