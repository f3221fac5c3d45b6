from django.urls import path

from parcels import views

app_name = "parcels"
urlpatterns = [
    path("parcels/", views.parcel_list, name="parcel_list"),
    path("parcels/<int:pk>/hand-out/", views.parcel_hand_out, name="parcel_hand_out"),
]
