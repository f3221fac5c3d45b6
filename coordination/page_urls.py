from django.urls import path

from coordination.views import dashboard, demonstration

app_name = "coordination"
urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("next-morning/", demonstration.next_morning, name="next_morning"),
]
