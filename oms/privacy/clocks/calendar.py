"""The shop's working days: its weekends and holidays, shifted working days too, in its time zone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from holidays import HolidayBase

from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.errors import ConfigurationError

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The working days of a country or a part of it (`NL`, `DE-BY`, `CN`), in a time zone.

    The day of an event counts for nothing; the first working day after it is day one (Regulation (EEC,
    Euratom) 1182/71, article 3(1)). A day ends at midnight of the time zone, whatever length it has.
    """

    place: str = "NL"
    zone: str = "Europe/Amsterdam"
    _days: HolidayBase = field(init=False, repr=False, compare=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise ConfigurationError for a country or a time zone that nobody knows."""
        country, _dash, part = self.place.partition("-")
        try:
            object.__setattr__(self, "_days", holidays.country_holidays(country, subdiv=part or None))
        except NotImplementedError:
            raise ConfigurationError(f"SHOP_CALENDAR: no holidays are known of {self.place}.") from None
        try:
            object.__setattr__(self, "_zone", ZoneInfo(self.zone))
        except (ZoneInfoNotFoundError, ValueError):
            raise ConfigurationError(f"SHOP_TIME_ZONE: there is no time zone {self.zone}.") from None

    def day_of(self, moment: datetime) -> date:
        """Return the day that it is at the shop at an aware moment."""
        return moment.astimezone(self._zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the moment, in UTC, at which a day of the shop is over."""
        return datetime.combine(day + _A_DAY, time(), self._zone).astimezone(UTC)

    def is_working(self, day: date) -> bool:
        """Say whether the shop works on a day: also on a Sunday that stands in for a holiday."""
        return bool(self._days.is_working_day(day))

    def after(self, day: date, count: int) -> date:
        """Return the working day that is the `count`-th after a day; at least 1."""
        for number, found in enumerate(self._working_days(day), start=1):
            if number == count:
                return found
        raise ValueError(f"there is no {count}th day after a day")

    def passed(self, start: date, today: date) -> int:
        """Return how many working days have begun after a day, today's included."""
        count = 0
        for found in self._working_days(start):
            if found > today:
                break
            count += 1
        return count

    def _working_days(self, day: date) -> Iterator[date]:
        while True:
            day += _A_DAY
            if self.is_working(day):
                yield day


_calendar = [Calendar()]


def configure(settings: Settings) -> None:
    """Take the shop's own calendar; raises ConfigurationError for one that nobody knows."""
    _calendar[0] = Calendar(settings.shop_calendar, settings.shop_time_zone)


def current() -> Calendar:
    """Return the shop's calendar."""
    return _calendar[0]


def today() -> date:
    """Return the day that it is at the shop."""
    return current().day_of(clock.now())
