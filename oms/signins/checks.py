"""What must hold of the watch over sign-ins: it runs, and somebody looks into what it finds."""

from datetime import timedelta

from sqlalchemy import select

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.kernel.jobs import ScheduleRun
from oms.signins import queries
from oms.web.doctor import Health, check

JOB = "signins.watch_tries"
_LATE = timedelta(minutes=5)


@check("Alerts about sign-ins", "Look into them at the desk, under Privacy, Sign-ins.")
def _alerts() -> tuple[str, Health]:
    with reading(Role.WEB) as session:
        found = queries.alerts(session)
    return str(len(found)), Health.ILL if found else Health.WELL


@check("The watch over sign-ins: minutes since it last ran", "See that a worker and a relay run.")
def _heartbeat() -> tuple[str, Health]:
    last = select(ScheduleRun.begun_at).where(ScheduleRun.name == JOB, ScheduleRun.error == "")
    with reading() as session:
        begun = session.scalar(last)
    if begun is None:
        return "it never ran", Health.NOTE
    age = clock.now() - begun
    return f"{age // timedelta(minutes=1)}", Health.ILL if age > _LATE else Health.WELL
