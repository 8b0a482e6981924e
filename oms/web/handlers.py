"""What follows for sessions by the clock."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.web import session_rows


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def forget_sessions() -> None:
    """Delete the sessions that ran out."""
    with transaction() as session:
        session_rows.sweep(session)
