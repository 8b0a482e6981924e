"""An address is fetched, and let go: the one place of channels that sees a person while it takes in."""

from datetime import timedelta

from oms.channels.addresses import actions, runs
from oms.channels.connectors.wire import ERASE, ERASE_ALL, ForbiddenError
from oms.channels.runs import speaking
from oms.channels.selling.webhooks import NAME
from oms.channels.states import Scope
from oms.kernel import clock, inbox, jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.inbox import WebhookEvent
from oms.kernel.outbox import Message
from oms.orders import queries as orders


@jobs.on("channel.order_taken", role=Role.WORKER)
def fetch(message: Message) -> None:
    """Fetch where an order goes that is to be sent; without anybody's leave it is not asked for.

    Raises ForbiddenError, and has the order wait, where the app there has no right to it.
    """
    order_id = message.number("order")
    with reading() as session:
        needed = actions.needed(session, order_id)
        is_barred = needed is None and actions.is_barred(session, order_id)
    if is_barred:
        with transaction() as session:
            actions.stop(session, order_id)
    if needed is None:
        return
    try:
        with speaking(needed.connection, Scope.ADDRESSES) as client:
            told = client.address(needed.ref)
            keys = actions.prepare(needed.unit)
            with transaction() as session:
                actions.keep(session, order_id, told, keys)
    except ForbiddenError:
        with transaction() as session:
            actions.wait_for_leave(session, order_id)
        raise


@jobs.on(f"{NAME}.told", role=Role.WORKER)
def erase(message: Message) -> None:
    """Let those go whom a marketplace has us erase; what is still to be sent to them waits for somebody.

    Of an order that is not here yet no address will be kept either.
    """
    with reading() as session:
        event = session.get_one(WebhookEvent, message.number("event"))
        code, _, ref = event.object_id.partition(":")
        is_asked = event.type in {ERASE, ERASE_ALL} and event.applied_at is None
        theirs = actions.with_people(session, code, ref) if is_asked else []
        unmade = [] if ref or not is_asked else actions.refs_of_nobody(session, code)
    if not is_asked:
        return
    for order in theirs:
        with transaction() as session:
            actions.stop(session, order.id)
        runs.let_go(order)
    for one in {ref, *unmade, *(order.number for order in theirs)} - {""}:
        runs.bar(code, one)
    with transaction() as session:
        taken = inbox.take(session, event.id)
        if taken is not None:
            taken.applied_at, taken.outcome = clock.now(), "erased"


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def stop_what_goes_to_nobody() -> None:
    """Have those orders wait whose person went with the longest time that anything is kept."""
    with reading() as session:
        gone = actions.without_people(session)
    for order_id in gone:
        with transaction() as session:
            actions.stop(session, order_id)


@jobs.on("order.cancelled", role=Role.WORKER)
def let_go(message: Message) -> None:
    """Let the person of a cancelled order go at once: nothing is sent to them any more."""
    with reading() as session:
        order = orders.get(session, message.number("order"))
    if order.channel:
        runs.let_go(order)


@jobs.on("shipment.handed_over", role=Role.WORKER)
def bind_what_left(message: Message) -> None:
    """Bound what is kept also where nobody ever tells that a parcel arrived."""
    runs.bind(message.number("order"))


@jobs.on("shipment.returned_to_sender", role=Role.WORKER)
def bind_what_came_back(message: Message) -> None:
    """Count the days from when a parcel came back."""
    runs.bind(message.number("order"))


@jobs.on("shipment.lost", role=Role.WORKER)
def bind_what_is_lost(message: Message) -> None:
    """Count the days from when a parcel was given up."""
    runs.bind(message.number("order"))


@jobs.on("shipment.numbered", role=Role.WORKER)
def bind_what_was_typed(message: Message) -> None:
    """Bound a number that was typed after its parcel had left."""
    runs.bind(message.number("order"))


@jobs.on("order.noted", role=Role.WORKER)
def bind_what_was_noted(message: Message) -> None:
    """Bound a note that was written after the parcels had left."""
    runs.bind(message.number("order"))
