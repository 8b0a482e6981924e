"""Taking what a marketplace sold: noted, made an order of ours with its stock, called off, once each."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.catalog import queries as catalog
from oms.channels.connectors.wire import Sold, Unread
from oms.channels.models import ChannelLine, ChannelOrder, Connection
from oms.channels.selling import figures, queries
from oms.channels.selling.figures import Part
from oms.channels.selling.queries import Goods
from oms.channels.states import SoldState
from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as sending
from oms.inventory import actions as stock
from oms.inventory.sourcing import OutOfStockError
from oms.kernel import clock, outbox
from oms.kernel.audit import SYSTEM
from oms.kernel.db import retry_conflicts
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order, OrderLine, OrderTax
from oms.orders.placing.actions import hold_stock
from oms.orders.states import OrderState
from oms.pricing.queries import rates
from oms.shipping.queries import Offer, Parcel, offers

_TAKEN = "There is another order of this number already."
_CHANGED = "It was changed there since it was taken here: look at it there before it is sent."
_SENT = "It was sent there by somebody else: call it off here, or see that it is not sent twice."
# How long the desk is reminded of what was called off there and came back.
_REMINDED = timedelta(days=7)
_LEFT = "It was called off there, and has left the house here: refund it there when it comes back."


def note(session: Session, connection: Connection, sold: Sold) -> str:
    """Apply what a marketplace says of one order; return what came of it. Told again, nothing changes.

    What it says is dated: an older word than the last is passed over.
    """
    row = _row(session, connection, sold)
    if row.changed_at > sold.changed_at:
        return "older than what is known"
    before = row.state
    row.state, row.changed_at, row.seen_at, row.trouble = sold.state, sold.changed_at, clock.now(), ""
    session.flush()
    if sold.state is SoldState.CANCELLED:
        return _call_off(session, row)
    if sold.state is SoldState.PENDING:
        return "noted"
    if row.order_id is None:
        if sold.placed_at < connection.since:
            return "from before it was allowed"
        return _take(session, connection, row, sold)
    return _compare(session, row, sold, before)


def _compare(session: Session, row: ChannelOrder, sold: Sold, before: SoldState) -> str:
    """Have an order wait that is another one there than here, while nothing of it has left the house."""
    order = orders.get(session, row.order_id or 0)
    if order.state is not OrderState.PLACED or sending.is_on_its_way(session, order.id) or order.delivered_at:
        return "noted"
    if sold.state is SoldState.SENT:
        row.trouble = _SENT
    elif _is_changed(order, sold):
        row.trouble = _CHANGED
    elif before is not SoldState.TO_SEND:
        outbox.say(session, "channel.order_taken", order=order.id)
    if row.trouble and all(one.why != row.trouble for one in orders.open_holds(session, order.id)):
        agreement.hold(session, order.id, row.trouble, by=SYSTEM)
    return "waits" if row.trouble else "noted"


def _is_changed(order: Order, sold: Sold) -> bool:
    is_elsewhere = sold.country != order.country or sold.postcode_prefix not in {"", order.postcode_prefix}
    units = sum(line.quantity for line in sold.lines)
    return is_elsewhere or (units, sold.goods) != (order.units, order.goods)


def _row(session: Session, connection: Connection, sold: Sold) -> ChannelOrder:
    new = {"connection_id": connection.id, "ref": sold.ref}
    said = {"state": sold.state, "changed_at": sold.changed_at}
    session.execute(insert(ChannelOrder).values(**new, **said).on_conflict_do_nothing())
    return queries.locked(session, connection.id, sold.ref)


def _call_off(session: Session, row: ChannelOrder) -> str:
    if row.order_id is None:
        return "never taken"
    if orders.get(session, row.order_id).state is not OrderState.PLACED:
        return "over already"
    try:
        with session.begin_nested():
            fulfillment.cancel_order(session, row.order_id, by=SYSTEM, why="Called off at the marketplace.")
    except IllegalMoveError:
        row.trouble = _LEFT
        return "too late"
    return "cancelled"


def _take(session: Session, connection: Connection, row: ChannelOrder, sold: Sold) -> str:
    known = queries.goods(session, connection.id, [line.sku for line in sold.lines])
    by_class = rates(session, sold.country, sold.region, sold.placed_at.date())
    row.trouble = figures.problem(sold, known.keys(), by_class.values())
    if not row.trouble and orders.by_number(session, sold.ref) is not None:
        row.trouble = _TAKEN
    if row.trouble:
        return "waits"
    levels = set(by_class.values())
    sold = figures.with_tax(sold, by_class, {sku: one.tax_class for sku, one in known.items()})
    made = [(known[part.line.sku], part) for part in figures.parts(sold, levels)]
    order = _order(connection, sold)
    order.lines = [_line(session, place, *one) for place, one in enumerate(made)]
    found = figures.taxes(sold, levels)
    order.taxes = [OrderTax(basis_points=bp, net=net, tax=tax) for bp, (net, tax) in found.items()]
    order.is_digital = all(line.is_digital for line in order.lines)
    _send_by(order, _offer(session, order))
    session.add(order)
    session.flush()
    row.order_id = order.id
    theirs = zip(order.lines, made, strict=True)
    session.add_all(
        ChannelLine(channel_order_id=row.id, order_line_id=x.id, ref=p.line.ref) for x, (_, p) in theirs
    )
    session.add(order.event("placed", SYSTEM, at=clock.now(), why=f"sold at {connection.code}"))
    if sold.state is SoldState.SENT:
        # Somebody else sent it, or we did before this shop knew of it: the goods are in no count here.
        order.become(OrderState.CLOSED)
        order.closed_at = clock.now()
        session.add(order.event("closed", SYSTEM, at=clock.now(), why="sent by the marketplace"))
        return "taken as sent"
    is_held = _hold(session, order)
    outbox.say(session, "order.placed", order=order.id)
    if is_held:
        outbox.say(session, "channel.order_taken", order=order.id)
    return "taken" if is_held else "taken, and short"


def _order(connection: Connection, sold: Sold) -> Order:
    return Order(
        number=sold.ref,
        state=OrderState.PLACED,
        channel=connection.code,
        market_code=connection.market_code,
        language=connection.language,
        currency=sold.currency,
        tax_included=sold.tax_included,
        country=sold.country,
        region=sold.region,
        postcode_prefix=sold.postcode_prefix,
        is_tax_elsewhere=sold.collects_tax,
        goods=sold.goods,
        delivery=sold.delivery,
        delivery_tax=sold.delivery_tax,
        tax=sold.tax,
        total=figures.total(sold),
        units=sum(line.quantity for line in sold.lines),
        created_at=clock.now(),
        placed_at=min(sold.placed_at, clock.now()),
    )


def _line(session: Session, position: int, known: Goods, part: Part) -> OrderLine:
    title, choices = catalog.title_of(session, catalog.variant_of(session, known.sku))
    return OrderLine(
        position=position,
        variant_id=known.variant_id,
        sku=known.sku,
        title=title,
        choices=choices,
        quantity=part.quantity,
        unit_price=part.unit_price,
        total=part.total,
        basis_points=part.basis_points,
        tax=part.tax,
        grams=known.grams,
        hs_code=known.hs_code,
        origin=known.origin,
        is_digital=known.is_digital,
    )


def _offer(session: Session, order: Order) -> Offer | None:
    """Return the first way of delivery that goes there; where there is none the packer takes a carrier."""
    grams = sum(line.grams * line.quantity for line in order.lines)
    wanted = Parcel(order.market_code, order.country, order.postcode_prefix, grams, order.goods)
    return next((one for one in offers(session, wanted) if not one.is_pickup), None)


def _send_by(order: Order, chosen: Offer | None) -> None:
    if chosen is not None:
        order.method, order.carrier, order.service = chosen.code, chosen.carrier, chosen.service
        order.days_least, order.days_most = chosen.days_least, chosen.days_most


def _hold(session: Session, order: Order) -> bool:
    """Promise the goods to an order; where they are not there it waits, as it was sold all the same."""
    try:
        _hold_stock(session, order)
    except OutOfStockError:
        agreement.hold(session, order.id, queries.SHORT, by=SYSTEM)
        return False
    stock.convert(session, order.id)
    return True


@retry_conflicts
def _hold_stock(session: Session, order: Order) -> None:
    with session.begin_nested():
        hold_stock(session, order)


def fill(session: Session, order_id: int) -> bool:
    """Promise goods that came since to an order that was short of them; True when it goes on now.

    To nobody nothing is promised: an order whose person is gone cannot be sent.
    """
    order = orders.locked(session, order_id)
    is_over = order.state is not OrderState.PLACED or order.forgotten_at is not None
    if is_over or sending.allocated(session, order_id):
        return False
    try:
        _hold_stock(session, order)
    except (OutOfStockError, BadInputError):
        return False
    stock.convert(session, order_id)
    for held in orders.open_holds(session, order_id):
        if held.why == queries.SHORT:
            agreement.lift_hold(session, held.id, by=SYSTEM, why="in stock again")
    fulfillment.make_parts(session, order_id)
    outbox.say(session, "channel.order_taken", order=order_id)
    return True


def settle(session: Session) -> int:
    """Let the trouble of an order end with what it was about; return how many ended.

    That is when it is over here, or was called off there and a week has passed since its last parcel ended.
    """
    over = select(Order.id).where(Order.state != OrderState.PLACED)
    ended = queries.ended(before=clock.now() - _REMINDED)
    of = or_(ChannelOrder.order_id.in_(over), ChannelOrder.order_id.in_(ended))
    done = update(ChannelOrder).where(ChannelOrder.trouble != "", of).values(trouble="")
    return len(session.execute(done.returning(ChannelOrder.id)).all())


def note_unread(session: Session, connection: Connection, told: Unread) -> None:
    """Note that there is an order which cannot be read, so that it is asked about again."""
    known = {"connection_id": connection.id, "ref": told.ref, "changed_at": told.changed_at}
    new = insert(ChannelOrder).values(state=SoldState.PENDING, **known)
    session.execute(new.on_conflict_do_nothing())
    row = queries.locked(session, connection.id, told.ref)
    row.seen_at, row.trouble = clock.now(), f"{queries.BROKEN} (it cannot be read). Look at it there."


def note_seen(session: Session, connection_id: int, ref: str) -> None:
    """Note that an order is asked about, so that the others have their turn before it."""
    queries.locked(session, connection_id, ref).seen_at = clock.now()


def note_broken(session: Session, connection: Connection, sold: Sold, kind: str) -> None:
    """Note that an order could not be taken by a fault of ours, so that it is asked about again."""
    row = _row(session, connection, sold)
    row.seen_at, row.trouble = clock.now(), f"{queries.BROKEN} ({kind}). It is asked about again."


def note_asked(session: Session, connection_id: int, upto: datetime, trouble: str) -> None:
    """Note up to which change a marketplace was heard, and what was in the way; never an earlier one."""
    found = session.get_one(Connection, connection_id, with_for_update=True)
    found.asked_to, found.asked_at = max(found.asked_to, upto), clock.now()
    found.trouble = trouble[:200]
