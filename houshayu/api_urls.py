from django.urls import path
from rest_framework.routers import SimpleRouter

from houshayu.views import tokens
from houshayu.views.message_api import MailResource, MessageResource
from houshayu.views.workorder_api import WorkOrderResource

router = SimpleRouter()
router.register("messages", MessageResource, basename="message")
router.register("mails", MailResource, basename="mail")
router.register("work-orders", WorkOrderResource, basename="workorder")

urlpatterns = [
    path("tokens/", tokens.Login.as_view(), name="login"),
    path("tokens/logout/", tokens.Logout.as_view(), name="logout"),
    path("tokens/logout-all/", tokens.LogoutAll.as_view(), name="logout_all"),
    *router.urls,
]
