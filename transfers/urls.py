from django.urls import path

from transfers.views import handoffs, prints

app_name = "transfers"
urlpatterns = [
    path("handoffs/", handoffs.handoff_list, name="handoff_list"),
    path("handoffs/bulk/", handoffs.handoff_bulk, name="handoff_bulk"),
    path("handoffs/<int:pk>/", handoffs.handoff_detail, name="handoff_detail"),
    path("handoffs/<int:pk>/accept/", handoffs.handoff_accept, name="handoff_accept"),
    path("handoffs/<int:pk>/decline/", handoffs.handoff_decline, name="handoff_decline"),
    path("handoffs/<int:pk>/cancel/", handoffs.handoff_cancel, name="handoff_cancel"),
    path("cases/<str:number>/handoff/", handoffs.handoff_offer, name="handoff_offer"),
    path("handoffs/<int:pk>/record.pdf", prints.handoff_record, name="handoff_record"),
]
