"""Stock is told after each sale, and once a minute for whatever else moved it. Knows nobody."""

from datetime import timedelta

from oms.channels.listing import queries, runs
from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message


@jobs.on("order.placed", role=Role.BLIND)
def tell_after_sale(message: Message) -> None:
    """Tell every marketplace what is left of what was just sold."""
    with reading() as session:
        sold = queries.variants_of(session, message.number("order"))
    runs.tell(sold)


@jobs.every(timedelta(minutes=1), role=Role.BLIND)
def tell_changes() -> None:
    """Tell every marketplace what changed by deliveries, counts, returns, or while it was away."""
    runs.tell()
