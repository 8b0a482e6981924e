"""What must hold of retention: nothing stays a day longer than was said."""

from datetime import timedelta

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.privacy.retention import queries
from oms.web.doctor import Health, check

_A_DAY = timedelta(days=1)  # the retention run is daily


@check("Kept a day past its retention", "Run: flask --app wsgi retention run")
def _overdue() -> tuple[str, Health]:
    with reading(Role.WORKER) as session:
        found = queries.overdue(session, clock.now() - _A_DAY)
    told = ", ".join(f"{name}: {count}" for name, count in found.items())
    return told or "0", Health.ILL if found else Health.WELL
