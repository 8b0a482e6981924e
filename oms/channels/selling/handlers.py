"""What was sold elsewhere comes by the clock, and sooner where a marketplace rings. Knows nobody."""

from datetime import timedelta

from oms.channels.connectors.wire import ERASE, ERASE_ALL, TELL
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
    """Ask every marketplace what was sold, fill what was short, and end what is over."""
    runs.ask_all()
    runs.fill_short()
    runs.settle()


@jobs.on(f"{NAME}.told", role=Role.BLIND)
def believe(message: Message) -> None:
    """Ask the marketplace that rang about the order it rang for; the ring itself is not believed.

    Who is to be erased is let go where people are known, by `channels.addresses`.
    """
    with reading() as session:
        event = session.get_one(WebhookEvent, message.number("event"))
        code, _, ref = event.object_id.partition(":")
        connection = queries.connection_of(session, code)
    if event.applied_at is not None or event.type in {ERASE, ERASE_ALL}:
        return
    outcome = "nobody allows it"
    if event.type == TELL:
        outcome = "they see all of it here by themselves"
    elif connection.allows(Scope.ORDERS):
        with speaking(connection, Scope.ORDERS) as client:
            sold = client.one(ref)
        outcome = runs.take(connection, sold) if sold else "no order there"
    with transaction() as session:
        taken = inbox.take(session, event.id)
        if taken is not None:
            taken.applied_at, taken.outcome = clock.now(), outcome
