"""Staff at work during a soak: look at doubts, send what is paid, cancel, refund, let people be forgotten."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import select

from oms.fulfillment import actions, queries
from oms.fulfillment.models import FulfillmentOrder, Parcel, Shipment
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.picking import actions as picking
from oms.fulfillment.queries import on_hold
from oms.fulfillment.states import FulfillmentState, LabelState, ShipmentState
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, retry_conflicts, transaction
from oms.kernel.errors import CounterfoilError
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.refunding import actions as refunding
from oms.orders.refunding.actions import Wanted
from oms.orders.refunding.queries import refundable
from oms.orders.states import OrderState
from oms.payments.models import Payment
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Way
from oms.risk import actions as risk
from oms.risk import queries as doubts

PIM = Actor(ActorKind.STAFF, "7", roles=frozenset({"picker-packer"}))
_MOST = 20


@dataclass
class Crew:
    """One tireless person who does what is there to do, until the block ends."""

    done: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _choose: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311 - no secret

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(0.5):
            for order_id in doubtful():
                deed = self._choose.choices((self._let_go_on, self._refuse), (9, 1))[0]
                self._try(deed, order_id)
            for part_id in open_parts():
                deed = self._choose.choices((self._send, self._cancel), (9, 1))[0]
                self._try(deed, part_id)
            for shipment_id in ready():
                self._try(self._hand_over, shipment_id)
            for order_id in owed():
                self._try(self._refund_again, order_id)

    def _try(self, deed: Callable[[int], None], number: int) -> None:
        name = deed.__name__.strip("_")
        try:
            retry_conflicts(deed)(number)
        except CounterfoilError as error:
            self.done[f"{name}: {error.__class__.__name__}"] += 1
        except Exception as error:  # noqa: BLE001 - staff go on, and the soak tells of it
            self.odd.append(f"{name}: {error!r}"[:200])
        else:
            self.done[name] += 1

    def _let_go_on(self, order_id: int) -> None:
        with transaction() as session:
            risk.send(session, orders.get(session, order_id).number, by=PIM)

    def _refuse(self, order_id: int) -> None:
        with transaction() as session:
            risk.cancel(session, orders.get(session, order_id).number, by=PIM)

    def _send(self, part_id: int) -> None:
        with transaction() as session:
            part = queries.part(session, part_id)
            made = picking.start_list(session, part.warehouse_id, [part.id], by=PIM)
            picking.take_all(session, made.id)
            picking.finish_list(session, made.id)
        with reading() as session:
            order = orders.get(session, part.order_id)
        for line in order.lines:
            with transaction() as session:
                packing.put_in_box(session, part_id, f"{line.quantity}*{line.sku}")
        with transaction() as session:
            packing.close_box(session, part_id, Box(900, "hollow", "post"), by=PIM)

    def _cancel(self, part_id: int) -> None:
        with transaction() as session:
            order_id = queries.part(session, part_id).order_id
            actions.cancel_order(session, order_id, by=PIM, why="changed my mind")

    def _hand_over(self, shipment_id: int) -> None:
        with transaction() as session:
            shipment = actions.hand_over(session, shipment_id, by=PIM)
            order_id = queries.part(session, shipment.fulfillment_order_id).order_id
        with transaction() as session:
            agreement.note_delivery(session, order_id)
        fate = self._choose.random()
        if fate < 0.2:
            self._refund(order_id)
        if fate > 0.7:
            self._forget(order_id)

    def _refund(self, order_id: int) -> None:
        with reading() as session:
            line = orders.get(session, order_id).lines[0]
        with transaction() as session:
            refunding.refund(session, order_id, Wanted({line.id: 1}, False, "scratched"), by=PIM)
        self.done["refund"] += 1

    def _refund_again(self, order_id: int) -> None:
        """Send back what the bank did not take of a cancelled order, as the doctor asks for."""
        with transaction() as session:
            left = refundable(session, orders.get(session, order_id))
            units = {share.order_line_id: share.units_left for share in left.shares if share.order_line_id}
            refunding.refund(session, order_id, Wanted(units, True, "cancelled"), by=PIM)

    def _forget(self, order_id: int) -> None:
        with reading() as session:
            unit = orders.get(session, order_id).unit
        with transaction() as session:
            request = erasure.open_request(session, Wish((unit,), Way.NOW, "eu", "en"))
        erasure.carry_out(request.id)
        self.done["forget"] += 1


def doubtful() -> list[int]:
    """Return orders that wait for somebody's look."""
    with reading() as session:
        return [order.id for _doubt, order in doubts.listed(session, are_open=True)]


def owed() -> list[int]:
    """Return cancelled orders whose money is still here: a refund of it failed."""
    with reading() as session:
        return list(
            session.scalars(
                select(Order.id)
                .join(Payment, Payment.order_id == Order.id)
                .where(Order.state == OrderState.CANCELLED, Payment.captured > Payment.refunded)
                .order_by(Order.id)
                .limit(_MOST)
            )
        )


def open_parts() -> list[int]:
    """Return fulfillment orders that nobody has begun, and that wait for nothing."""
    with reading() as session:
        return list(
            session.scalars(
                select(FulfillmentOrder.id)
                .join(Order, Order.id == FulfillmentOrder.order_id)
                .where(
                    FulfillmentOrder.state == FulfillmentState.OPEN,
                    Order.state == OrderState.PLACED,
                    ~on_hold(),
                )
                .order_by(FulfillmentOrder.id)
                .limit(_MOST)
            )
        )


def ready() -> list[int]:
    """Return shipments whose label is bought."""
    with reading() as session:
        return list(
            session.scalars(
                select(Shipment.id)
                .join(Parcel, Parcel.shipment_id == Shipment.id)
                .where(Shipment.state == ShipmentState.PACKED, Parcel.label_state == LabelState.BOUGHT)
                .order_by(Shipment.id)
                .limit(_MOST)
            )
        )
