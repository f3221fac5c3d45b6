from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from houshayu.views import tokens

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("tokens/", tokens.Login.as_view(), name="login"),
    path("tokens/logout/", tokens.Logout.as_view(), name="logout"),
    path("tokens/logout-all/", tokens.LogoutAll.as_view(), name="logout_all"),
    path("", include("returnees.api_urls")),
    path("", include("transfers.api_urls")),
]
