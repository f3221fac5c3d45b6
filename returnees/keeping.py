"""For what returnees' data is kept, and how long: see houshayu.keeping.

The times are the defaults of the sub-district: health readings 28 days after the case is closed,
numbers and addresses 90, the case itself twelve months.
"""

from django.utils.translation import gettext_lazy as _

from houshayu.keeping import Ground, Purpose, Since, Then

TWELVE_MONTHS = 365

IDENTITY = Purpose(
    _("Know who the person is, and register nobody twice"),
    Ground.STATUTORY, TWELVE_MONTHS, Since.CASE_CLOSED, Then.COUNTED,
)  # fmt: skip
DOCUMENT = Purpose(
    _("Check the identity document"), Ground.SENSITIVE, 90, Since.CASE_CLOSED, Then.ERASED
)
CONTACT = Purpose(
    _("Reach the person and the people to call for them"),
    Ground.STATUTORY, 90, Since.CASE_CLOSED, Then.ERASED,
)  # fmt: skip
LANGUAGE = Purpose(
    _("Speak with the person in a language they understand"),
    Ground.STATUTORY, 90, Since.CASE_CLOSED, Then.ERASED,
)  # fmt: skip
DWELLING = Purpose(
    _("Bring the person home, and look after them there"),
    Ground.STATUTORY, 90, Since.CASE_CLOSED, Then.ERASED,
)  # fmt: skip
HOUSEHOLD = Purpose(
    _("Protect those who live in the same dwelling"),
    Ground.STATUTORY, 90, Since.CASE_CLOSED, Then.ERASED,
)  # fmt: skip
JOURNEY = Purpose(
    _("Find out who else may be infected, and where"),
    Ground.SENSITIVE, TWELVE_MONTHS, Since.CASE_CLOSED, Then.COUNTED,
)  # fmt: skip
HEALTH = Purpose(
    _("Notice an illness early, and act on it"),
    Ground.SENSITIVE, 28, Since.CASE_CLOSED, Then.PSEUDONYMISED,
)  # fmt: skip
OBSERVING = Purpose(
    _("Decide on the observation, and see it through"),
    Ground.STATUTORY, TWELVE_MONTHS, Since.CASE_CLOSED, Then.COUNTED,
)  # fmt: skip
CUSTODY = Purpose(
    _("Know at every moment who is responsible for the person"),
    Ground.STATUTORY, TWELVE_MONTHS, Since.CASE_CLOSED, Then.COUNTED,
)  # fmt: skip
CARE = Purpose(
    _("Meet the needs that the person chose to share"),
    Ground.CONSENT, 28, Since.CASE_CLOSED, Then.ERASED,
)  # fmt: skip
DECLARED = Purpose(
    _("Show what was declared, read and consented to"),
    Ground.STATUTORY, TWELVE_MONTHS, Since.CASE_CLOSED, Then.COUNTED,
)  # fmt: skip
OFFICE = Purpose(
    _("Show who dealt with the case, and when"),
    Ground.STATUTORY, TWELVE_MONTHS, Since.CASE_CLOSED, Then.COUNTED,
)  # fmt: skip
DRAFT = Purpose(_("Finish a form that was begun"), Ground.STATUTORY, 30, Since.WRITTEN, Then.ERASED)
