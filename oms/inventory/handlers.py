"""What stock tells the catalog: whether a variant can be had."""

from oms.catalog.actions import note_availability
from oms.inventory import queries
from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message


@jobs.on("stock.crossed_zero", role=Role.BLIND)
def tell_lists(message: Message) -> None:
    """Let lists and cached pages show a variant as sold out, or back."""
    variant_id = message.number("variant")
    with transaction() as session:
        units = queries.available(session, [variant_id])[variant_id]
        note_availability(session, {variant_id: units > 0})
