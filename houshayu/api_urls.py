from django.urls import path

from houshayu.views import tokens

urlpatterns = [
    path("tokens/", tokens.Login.as_view(), name="login"),
    path("tokens/logout/", tokens.Logout.as_view(), name="logout"),
    path("tokens/logout-all/", tokens.LogoutAll.as_view(), name="logout_all"),
]
