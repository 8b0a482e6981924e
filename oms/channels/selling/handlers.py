"""What was sold elsewhere comes by the clock, and sooner where a marketplace rings. Knows nobody."""

from datetime import timedelta

from oms.channels.runs import speaking
from oms.channels.selling import queries, runs
from oms.channels.selling.webhooks import NAME
from oms.channels.states import Scope
from oms.kernel import clock, inbox, jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.inbox import WebhookEvent
from oms.kernel.outbox import Message


@jobs.every(timedelta(minutes=5), role=Role.BLIND)
def ask() -> None:
    """Ask every marketplace what was sold, and fill what was short."""
    runs.ask_all()
    runs.fill_short()


@jobs.on(f"{NAME}.told", role=Role.BLIND)
def believe(message: Message) -> None:
    """Ask the marketplace that rang about the order it rang for; the ring itself is not believed."""
    with reading() as session:
        event = session.get_one(WebhookEvent, message.number("event"))
        code, _, ref = event.object_id.partition(":")
        connection = queries.connection_of(session, code)
    if event.applied_at is not None:
        return
    outcome = "nobody allows it"
    if connection.allows(Scope.ORDERS):
        with speaking(connection, Scope.ORDERS) as client:
            sold = client.one(ref)
        outcome = runs.take(connection, sold) if sold else "no order there"
    with transaction() as session:
        taken = inbox.take(session, event.id)
        if taken is not None:
            taken.applied_at, taken.outcome = clock.now(), outcome
