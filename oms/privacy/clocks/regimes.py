"""What the laws of data protection allow at most, as data; the shop's own promise is shorter than each."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from oms.privacy.clocks.calendar import Calendar
from oms.shipping.customs import EU

# 001-30 and 001-42: an answer in 5 to 7 business days, whatever a law would allow.
TARGET_DAYS = 5
HARD_DAYS = 7
# On these business days staff are warned, so that nothing is late before anybody knew.
WARNING_DAYS = (3, 5)


class Regime(StrEnum):
    """Whose law governs a request."""

    GDPR = "GDPR"
    CCPA = "CCPA"
    PIPL = "PIPL"
    GENERIC = "generic"


class Measure(StrEnum):
    """In what a limit is counted."""

    MONTHS = "months"
    DAYS = "days"
    WORKING_DAYS = "business days"


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time in a law, with its source."""

    count: int
    measure: Measure
    source: str

    def after(self, day: date, calendar: Calendar) -> date:
        """Return the last day of the limit; it is not made longer where it ends on a day of rest.

        A month ends on the day of the same number, or on the last of a shorter month (Regulation (EEC,
        Euratom) 1182/71, article 3(2)(c)).
        """
        if self.measure is Measure.MONTHS:
            return _months_after(day, self.count)
        if self.measure is Measure.DAYS:
            return day + timedelta(days=self.count)
        return calendar.after(day, self.count)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a regime allows for an answer, for more time with a reason, for the receipt, for an opt-out."""

    regime: Regime
    answer: Limit
    extended: Limit | None = None
    receipt: Limit | None = None
    opt_out: Limit | None = None


PROFILES = {
    Regime.GDPR: Profile(
        Regime.GDPR,
        answer=Limit(1, Measure.MONTHS, "GDPR, article 12(3)"),
        extended=Limit(3, Measure.MONTHS, "GDPR, article 12(3): two further months, told within the first"),
    ),
    Regime.CCPA: Profile(
        Regime.CCPA,
        answer=Limit(45, Measure.DAYS, "Cal. Civ. Code 1798.130(a)(2)(A)"),
        extended=Limit(90, Measure.DAYS, "11 CCR 7021(b)"),
        receipt=Limit(10, Measure.WORKING_DAYS, "11 CCR 7021(a)"),
        opt_out=Limit(15, Measure.WORKING_DAYS, "11 CCR 7026(f)"),
    ),
    # PIPL, article 50, says "timely"; the limit is that of the methods for identifying illegal collection by
    # apps (CAC and others, 28 November 2019), part 6.
    Regime.PIPL: Profile(Regime.PIPL, answer=Limit(15, Measure.WORKING_DAYS, "PIPL, article 50")),
    Regime.GENERIC: Profile(Regime.GENERIC, answer=Limit(30, Measure.DAYS, "our own promise")),
}
# The European Economic Area, and the United Kingdom, whose own GDPR counts the same way.
_LIKE_EUROPE = EU | {"IS", "LI", "NO", "GB"}


def regime_of(country: str) -> Regime:
    """Return the regime of somebody in a country (ISO 3166 alpha-2)."""
    if country in _LIKE_EUROPE:
        return Regime.GDPR
    return {"US": Regime.CCPA, "CN": Regime.PIPL}.get(country, Regime.GENERIC)


def strictest(countries: Iterable[str], day: date, calendar: Calendar) -> Regime:
    """Return the regime with the earliest limit; who is in no country known is treated as in Europe."""
    found = sorted({regime_of(country) for country in countries}) or [Regime.GDPR]
    return min(found, key=lambda regime: PROFILES[regime].answer.after(day, calendar))


def _months_after(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
