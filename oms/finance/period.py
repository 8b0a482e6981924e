"""Periods of the books: whole days of the shop, and the calendar quarters that tax is told by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from oms.privacy.clocks import calendar

_A_DAY = timedelta(days=1)
_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the shop, the first and the last included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Return the moment at which the first day begins, in UTC."""
        return calendar.current().end_of(self.first - _A_DAY)

    @property
    def until(self) -> datetime:
        """Return the moment at which the last day is over, in UTC."""
        return calendar.current().end_of(self.last)

    def holding(self) -> Callable[[datetime], bool]:
        """Return what says of any moment whether it lies in these days, and asks the calendar but once."""
        since, until = self.since, self.until
        return lambda at: since <= at < until


def month_of(day: date) -> Period:
    """Return the calendar month of a day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - _A_DAY)


def quarter_of(day: date) -> Period:
    """Return the calendar quarter of a day."""
    first = date(day.year, day.month - (day.month - 1) % _MONTHS, 1)
    last = date(day.year, first.month + _MONTHS - 1, 1)
    return Period(first, month_of(last).last)


def before(period: Period) -> date:
    """Return the last day before a period."""
    return period.first - _A_DAY


def quarter_name(day: date) -> str:
    """Return how a return names the quarter of a day, such as `Q4.2026`.

    Implementing Regulation (EU) 2020/194, annex III, note b.
    """
    return f"Q{(day.month + 2) // _MONTHS}.{day.year}"


def month_name(day: date) -> str:
    """Return how a return of the import scheme names the month of a day, such as `M11.2026` (note c)."""
    return f"M{day.month:02}.{day.year}"
