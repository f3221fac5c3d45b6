"""The API: its description, and the resources of each app."""

from importlib import import_module

from django.conf import settings
from django.urls import include, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    *(
        path("", include(f"{app}.api_urls"))
        for app in settings.APPS_BELOW_THE_ROOF
        if module_has_submodule(import_module(app), "api_urls")
    ),
]
