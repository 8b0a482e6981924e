"""What must hold of time: nothing stays a day longer than was said, and nobody waits too long."""

from datetime import timedelta

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.privacy.clocks import queries as clocks
from oms.privacy.clocks.queries import Alarm
from oms.privacy.retention import queries
from oms.web.doctor import Health, check

_A_DAY = timedelta(days=1)  # the retention run is daily


@check("Kept a day past its retention", "Run: flask --app wsgi retention run")
def _overdue() -> tuple[str, Health]:
    with reading(Role.WORKER) as session:
        found = queries.overdue(session, clock.now() - _A_DAY)
    told = ", ".join(f"{name}: {count}" for name, count in found.items())
    return told or "0", Health.ILL if found else Health.WELL


@check("Privacy requests near their day", "Answer them at the desk, under Privacy, the first listed first.")
def _pressing() -> tuple[str, Health]:
    with reading() as session:
        found = clocks.pressing(session, clock.now())
    told = ", ".join(f"{alarm}: {count}" for alarm, count in found.items())
    if Alarm.NOW in found or Alarm.LATE in found:
        return told, Health.ILL
    return told or "0", Health.NOTE if found else Health.WELL
