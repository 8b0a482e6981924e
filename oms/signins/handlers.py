"""Watching by the clock, also while nobody signs in."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.signins import actions


@jobs.every(timedelta(seconds=30), role=Role.WORKER)
def watch_tries() -> None:
    """Raise an alert, within a minute, while somebody tries many passwords."""
    with transaction() as session:
        actions.watch(session)
