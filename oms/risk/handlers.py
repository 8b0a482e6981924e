"""What the doubts listen to: an order that is placed or cancelled, and the clock."""

from datetime import timedelta

from oms.kernel import clock, jobs, vault
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.orders import queries as orders
from oms.orders.states import OrderState
from oms.risk import actions, queries
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import assess


@jobs.on("order.placed", role=Role.WORKER)
def consider(message: Message) -> None:
    """Look at an order that was placed; where it is doubtful it waits for a person."""
    with reading() as session:
        order = orders.get(session, message.number("order"))
        if order.state is not OrderState.PLACED or order.channel:
            # A marketplace has looked at its buyers itself, and tells nothing by which we could.
            return
        if queries.of_order(session, order.id) is not None:
            return
        found = assess(queries.gather(session, order))
        subject_id = vault.subject_of(session, order.unit)
    if not found.is_doubtful or subject_id is None:
        return
    keys = vault.prepare(subject_id, order.unit, DoubtReasons)
    with transaction() as session:
        actions.doubt(session, order.id, found, keys)


@jobs.on("order.cancelled", role=Role.WORKER)
def end(message: Message) -> None:
    """End the doubt about an order that is sent no more."""
    with transaction() as session:
        actions.end(session, message.number("order"))


@jobs.every(timedelta(minutes=5), role=Role.BLIND)
def let_go_on() -> None:
    """Let orders go on that nobody looked at in time."""
    with reading() as session:
        late = queries.due(session, clock.now())
    for doubt_id in late:
        with transaction() as session:
            actions.lapse(session, doubt_id)


@jobs.every(timedelta(minutes=1), role=Role.BLIND)
def watch_cards() -> None:
    """See that cards are being tried at the checkout, within a minute of it."""
    with transaction() as session:
        actions.watch(session)
