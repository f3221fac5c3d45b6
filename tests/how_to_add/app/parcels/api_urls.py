from rest_framework.routers import SimpleRouter

from parcels.api import ParcelResource

router = SimpleRouter()
router.register("parcels", ParcelResource, basename="parcel")
urlpatterns = router.urls
