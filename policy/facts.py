from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from houshayu.calendar import beijing_date
from policy.vocabulary import Purpose, RequestedMode, ResidenceKind


def age_on(birth_date: date, on: date) -> int:
    """Completed years; a birthday counts on the day itself."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a policy may ask about a person, as known when it is asked.

    Moments are aware; dates are calendar days in Asia/Shanghai.
    """

    arrived_at: datetime
    """Arrival in Beijing; chooses the version, and its date is day 0."""
    birth_date: date
    entered_on: date
    """Entry into China, which may be days before Beijing."""
    through_beijing: bool = True
    """Entered through one of Beijing's own airports."""
    purpose: str = Purpose.RETURN_HOME
    requested_mode: str = RequestedMode.HOME
    residence_kind: str = ResidenceKind.OWNED
    co_residents: int = 0
    """Other people living in the dwelling."""
    grounds: frozenset[str] = field(default_factory=frozenset)
    """The ExceptionGrounds that the person claims."""
    applied_at: datetime | None = None
    """When home observation was asked for; None if it was not."""
    approved: bool = False
    """Community staff and a health professional approved the request."""
    test_negative: bool = False
    """A nucleic acid test taken in Beijing came back negative."""
    days_observed_elsewhere: int = 0
    """Days of observation completed at the first point of entry."""
    observed_elsewhere_until: date | None = None
    """The day on which that observation ended; None if there was none."""
    test_negative_elsewhere: bool = False
    """A nucleic acid test taken there came back negative."""

    @property
    def arrived_on(self) -> date:
        return beijing_date(self.arrived_at)

    @property
    def age(self) -> int:
        """Completed years on the date of arrival."""
        return age_on(self.birth_date, self.arrived_on)

    @property
    def has_dwelling(self) -> bool:
        """There is a dwelling in Beijing in which the person could be observed."""
        return ResidenceKind(self.residence_kind).is_dwelling

    @property
    def lives_alone(self) -> bool:
        return self.has_dwelling and self.co_residents == 0

    @property
    def applied_before_entry(self) -> bool:
        """The request was made before the person entered China.

        In Beijing the arrival says at what hour that was. Elsewhere only the date is known,
        and a request made on that very date has not been shown to be in time.
        """
        if self.applied_at is None or self.applied_at >= self.arrived_at:
            return False
        last = self.entered_on if self.through_beijing else self.entered_on - timedelta(days=1)
        return beijing_date(self.applied_at) <= last

    @property
    def days_since_observed_elsewhere(self) -> int | None:
        """Calendar days from the end of observation elsewhere to arrival; None without one."""
        if self.observed_elsewhere_until is None:
            return None
        return (self.arrived_on - self.observed_elsewhere_until).days
