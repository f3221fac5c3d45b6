from django.urls import path

from coordination.views import dashboard, day, demonstration

app_name = "coordination"
urlpatterns = [
    path("my-day/", day.my_day, name="my_day"),
    path("nobody-lost/", day.nobody_lost, name="nobody_lost"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("next-morning/", demonstration.next_morning, name="next_morning"),
]
