"""What must hold of withdrawals: each acknowledged at once, each paid back within 14 days."""

from datetime import timedelta

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.returns import queries
from oms.web.doctor import Health, check

_MINUTES = timedelta(minutes=10)  # a mail that takes longer does not come by itself


@check("Withdrawals not paid back within 14 days", "Refund them at the desk, under Returns.")
def _owed() -> tuple[str, Health]:
    with reading(Role.BLIND) as session:
        late = queries.owed(session, clock.today())
    return str(late), Health.ILL if late else Health.WELL


@check("Withdrawals without acknowledgment", "Look at failed work: a mail did not go out.")
def _unacknowledged() -> tuple[str, Health]:
    with reading(Role.BLIND) as session:
        late = queries.unacknowledged(session, _MINUTES)
    return str(late), Health.ILL if late else Health.WELL
