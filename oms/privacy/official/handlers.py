"""Official requests by the clock: people are told when a gag ends, and what nobody took lapses."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.privacy.official import actions


@jobs.every(timedelta(minutes=10), role=Role.WORKER)
def keep_time() -> None:
    """Tell whom the law lets us tell now, and end what is over."""
    with transaction() as session:
        actions.end_late(session)
        actions.tell_due(session)
