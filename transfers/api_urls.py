from rest_framework.routers import SimpleRouter

from transfers.api.handoffs import HandoffResource

router = SimpleRouter()
router.register("handoffs", HandoffResource, basename="handoff")
urlpatterns = router.urls
