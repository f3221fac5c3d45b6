from rest_framework.routers import SimpleRouter

from returnees.api.alerts import AlertResource
from returnees.api.cases import CaseResource
from returnees.api.checkins import CaseCheckInResource, RoundResource
from returnees.api.labtests import LabTestResource
from returnees.api.observing import ObservingResource
from returnees.api.people import PersonResource
from returnees.api.rooms import RoomResource

router = SimpleRouter()
router.register("people", PersonResource, basename="person")
router.register("cases", CaseResource, basename="case")
router.register("cases", ObservingResource, basename="case-observing")
router.register("alerts", AlertResource, basename="alert")
router.register(r"cases/(?P<number>[^/.]+)/tests", LabTestResource, basename="case-test")
router.register(r"cases/(?P<number>[^/.]+)/check-ins", CaseCheckInResource, basename="case-checkin")
router.register("check-ins", RoundResource, basename="round")
router.register("rooms", RoomResource, basename="room")
urlpatterns = router.urls
