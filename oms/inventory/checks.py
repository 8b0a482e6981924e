"""What must hold of stock: counters equal their ledger, and nothing is promised twice."""

from oms.inventory import queries
from oms.kernel.db import Role, reading
from oms.web.doctor import Health, check


@check(
    "Stock counters that their ledger does not explain", "Find the movement that is missing; change nothing."
)
def _drifts() -> tuple[str, Health]:
    with reading(Role.BLIND) as session:
        found = len(queries.drifts(session))
    return str(found), Health.ILL if found else Health.WELL
