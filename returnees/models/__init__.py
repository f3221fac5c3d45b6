from returnees.models.alertkinds import FOUND, AlertKind, AlertStepKind, Resolution
from returnees.models.alerts import Alert, AlertClosed, NotNormal, ReadingMissing
from returnees.models.alertsteps import AlertStep
from returnees.models.attempts import Attempt, AttemptWay, Reached
from returnees.models.case_queries import CaseClosed, Whereabouts
from returnees.models.cases import Case, CaseOutcome, IntakeChannel
from returnees.models.certificates import ObservationCertificate
from returnees.models.checkins import Channel, CheckIn
from returnees.models.custody import Custody
from returnees.models.drafts import RegistrationDraft
from returnees.models.health import (
    ChronicCondition,
    HealthDeclaration,
    Symptom,
    TemperatureMethod,
)
from returnees.models.journey import (
    BEIJING_PORTS,
    CoResident,
    EntryPort,
    Journey,
    Pickup,
    TransitPoint,
    TransportMode,
    VisitedPlace,
)
from returnees.models.labtests import LabTest, TestResult
from returnees.models.observation import VOID, EndReason, Observation
from returnees.models.people import Gender, IdentityDocument, Person, PersonCategory, VisaType
from returnees.models.requests import (
    AssessmentResult,
    CarePreference,
    CustomsNeed,
    Declaration,
    Diet,
    ObservationRequest,
)
from returnees.models.rooms import Room, RoomState, RoomUnfit
from returnees.models.stays import RoomStay

__all__ = [
    "BEIJING_PORTS",
    "FOUND",
    "VOID",
    "Alert",
    "AlertClosed",
    "AlertKind",
    "AlertStep",
    "AlertStepKind",
    "AssessmentResult",
    "Attempt",
    "AttemptWay",
    "CarePreference",
    "Case",
    "CaseClosed",
    "CaseOutcome",
    "Channel",
    "CheckIn",
    "ChronicCondition",
    "CoResident",
    "Custody",
    "CustomsNeed",
    "Declaration",
    "Diet",
    "EndReason",
    "EntryPort",
    "Gender",
    "HealthDeclaration",
    "IdentityDocument",
    "IntakeChannel",
    "Journey",
    "LabTest",
    "NotNormal",
    "Observation",
    "ObservationCertificate",
    "ObservationRequest",
    "Person",
    "PersonCategory",
    "Pickup",
    "Reached",
    "ReadingMissing",
    "RegistrationDraft",
    "Resolution",
    "Room",
    "RoomState",
    "RoomStay",
    "RoomUnfit",
    "Symptom",
    "TemperatureMethod",
    "TestResult",
    "TransitPoint",
    "TransportMode",
    "VisaType",
    "VisitedPlace",
    "Whereabouts",
]
