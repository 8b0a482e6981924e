"""Until when a buyer in the Union may withdraw: to the hour, and wherever the law leaves a doubt, longer.

Fourteen days (Directive 2011/83/EU, article 9) after the day of delivery, which itself does not count; where
the last one is a Saturday, a Sunday or a holiday, until the next working day (Regulation 1182/71, article 3).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from oms.shipping.customs import EU

DAYS = 14
# Of the European Economic Area, which the directive is relevant to.
AREA = EU | {"IS", "LI", "NO"}
# Where a day of the Union begins first, and where it ends last: nobody loses an hour by living elsewhere.
_FIRST, _LAST = ZoneInfo("Europe/Helsinki"), ZoneInfo("America/Martinique")
_A_DAY = timedelta(days=1)


def ends_at(begun_at: datetime, country: str) -> datetime:
    """Return the moment at which the right ends that delivery began, for a buyer in a country of the area."""
    day = begun_at.astimezone(_FIRST).date() + timedelta(days=DAYS)
    days = holidays.country_holidays(country)
    while not days.is_working_day(day):
        day += _A_DAY
    return datetime.combine(day + _A_DAY, time(), _LAST).astimezone(UTC)


def last_day(end: datetime) -> date:
    """Return the last whole day before such an end, as it is told to people."""
    return end.astimezone(_LAST).date() - _A_DAY
