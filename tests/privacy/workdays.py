"""Working days by other means than the shop's: written lists, Easter by arithmetic, offsets by rule.

China: the notices of the State Council's General Office on holiday arrangements for 2024, 2025 and 2026.
Germany: the holidays of all its states. United States: 5 U.S.C. 6103, with the day in lieu beside a weekend.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

DAY = timedelta(days=1)
YEARS = range(2023, 2029)
_CHINA_OFF = """
2024-01-01 2024-02-10..2024-02-17 2024-04-04..2024-04-06 2024-05-01..2024-05-05 2024-06-10
2024-09-15..2024-09-17 2024-10-01..2024-10-07 2025-01-01
2025-01-28..2025-02-04 2025-04-04..2025-04-06 2025-05-01..2025-05-05
2025-05-31..2025-06-02 2025-10-01..2025-10-08 2026-01-01..2026-01-03 2026-02-15..2026-02-23
2026-04-04..2026-04-06 2026-05-01..2026-05-05 2026-06-19..2026-06-21 2026-09-25..2026-09-27
2026-10-01..2026-10-07
"""
_CHINA_ON = """
2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12 2025-01-26 2025-02-08
2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
"""


def _listed(text: str) -> Iterator[date]:
    for part in text.split():
        first, _dots, last = part.partition("..")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            yield day
            day += DAY


def _easter(year: int) -> date:
    """Gauss's rule as in the Explanatory Supplement to the Astronomical Almanac (Oudin, 1940)."""
    c = year // 100
    n = year - 19 * (year // 19)
    i = c - c // 4 - (c - (c - 17) // 25) // 3 + 19 * n + 15
    i %= 30
    i -= (i // 28) * (1 - (i // 28) * (29 // (i + 1)) * ((21 - n) // 11))
    j = (year + year // 4 + i + 2 - c + c // 4) % 7
    month = 3 + (i - j + 40) // 44
    return date(year, month, i - j + 28 - 31 * (month // 4))


def _germany() -> set[date]:
    found = set()
    for year in YEARS:
        found |= {date(year, m, d) for m, d in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))}
        found |= {_easter(year) + n * DAY for n in (-2, 1, 39, 50)}
    return found


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (number - 1)) * DAY


def _last(year: int, month: int, weekday: int) -> date:
    end = date(year, month + 1, 1) - DAY
    return end - ((end.weekday() - weekday) % 7) * DAY


def _america() -> set[date]:
    found = set()
    for year in YEARS:
        fixed = {date(year, m, d) for m, d in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))}
        found |= {
            day - DAY if day.weekday() == 5 else day + DAY if day.weekday() == 6 else day for day in fixed
        }
        found |= {_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _last(year, 5, 0), _nth(year, 9, 0, 1)}
        found |= {_nth(year, 10, 0, 2), _nth(year, 11, 3, 4)}
    return found


def _china_offset(_at: datetime) -> int:
    return 8


def _german_offset(at: datetime) -> int:
    begin, end = _last(at.year, 3, 6), _last(at.year, 10, 6)
    summer = (
        datetime(at.year, 3, begin.day, 1, tzinfo=UTC) <= at < datetime(at.year, 10, end.day, 1, tzinfo=UTC)
    )
    return 2 if summer else 1


def _new_york_offset(at: datetime) -> int:
    begin, end = _nth(at.year, 3, 6, 2), _nth(at.year, 11, 6, 1)
    summer = (
        datetime(at.year, 3, begin.day, 7, tzinfo=UTC) <= at < datetime(at.year, 11, end.day, 6, tzinfo=UTC)
    )
    return -4 if summer else -5


@dataclass(frozen=True)
class Oracle:
    """One shop's calendar: its working days as a sorted list, and its offset from UTC."""

    place: str
    zone: str
    days: list[date]
    offset: Callable[[datetime], int]

    def day_of(self, at: datetime) -> date:
        return (at + timedelta(hours=self.offset(at))).date()

    def after(self, day: date, count: int) -> date:
        return self.days[bisect_right(self.days, day) + count - 1]

    def passed(self, day: date, today: date) -> int:
        return bisect_right(self.days, today) - bisect_right(self.days, day)


def _working(off: set[date], on: set[date]) -> list[date]:
    day, found = date(YEARS[0], 1, 1), []
    while day.year in YEARS:
        if day in on or (day.weekday() < 5 and day not in off):
            found.append(day)
        day += DAY
    return found


ORACLES = (
    Oracle("CN", "Asia/Shanghai", _working(set(_listed(_CHINA_OFF)), set(_listed(_CHINA_ON))), _china_offset),
    Oracle("DE", "Europe/Berlin", _working(_germany(), set()), _german_offset),
    Oracle("US", "America/New_York", _working(_america(), set()), _new_york_offset),
)
