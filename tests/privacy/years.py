"""Eleven years in a shop: people come, order, wait, close and never return; and what should be left of them.

What is expected is written out here, apart from the register: schedules as the notice tells them.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    Table,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from oms.buyers.models import Buyer
from oms.buyers.personal import AccountContact, AccountProfile
from oms.buyers.states import BuyerState
from oms.carts import actions as carts
from oms.fulfillment.personal import ShipmentLabel, ShipmentTracking
from oms.kernel import clock, files, ids, jobs, register, vault
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message, OutboxMessage
from oms.kernel.register import Erase, Life
from oms.kernel.vault.models import SealedRow
from oms.notifications.inbox.personal import AccountLetter, OrderLetter
from oms.notifications.models import MailSend
from oms.notifications.states import MailState
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import ChannelDelivery, OrderContact, OrderDelivery, OrderNote
from oms.orders.states import OrderState
from oms.payments.models import Payment
from oms.payments.states import PaymentState
from oms.privacy.arrivals.personal import PastAddress, PastOrder
from oms.privacy.retention import actions as retention
from oms.returns.personal import WithdrawalStatement
from oms.risk.personal import DoubtReasons
from tests.privacy.alone import alone, lone_tables, name_of, row_of

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# When the sweep of a day runs.
SWEEP = timedelta(hours=3)
Thing = tuple[str, str]
SEALED_KINDS = (
    *(OrderContact, OrderDelivery, ChannelDelivery, ShipmentTracking, ShipmentLabel),
    *(OrderNote, OrderLetter, DoubtReasons),
)
OF_ACCOUNT = (AccountContact, AccountProfile, PastAddress, PastOrder)


@dataclass
class Expected:
    """What must be there, each with its end; and what went too early or stayed too long."""

    ends: dict[Thing, datetime] = field(default_factory=dict)
    early: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    ever: set[str] = field(default_factory=set)

    def hold(self, what: str, name: str, end: datetime) -> None:
        self.ever.add(what)
        self.ends[what, name] = end

    def compare(self, found: set[Thing], at: datetime) -> None:
        """Compare what is there after a sweep with what must be there."""
        due = {thing for thing, end in self.ends.items() if end <= at}
        self.late += [f"{thing} at {at}" for thing in found & due]
        self.late += [f"{thing} was never expected at {at}" for thing in found - self.ends.keys()]
        self.early += [f"{thing} at {at}, due {self.ends[thing]}" for thing in self.ends.keys() - due - found]
        for thing in due:
            del self.ends[thing]


@dataclass
class Years:
    """A shop over many years; `sweep` is the retention run, which a test may replace by a faulty one."""

    people: int
    days: int
    sweep: Callable[[datetime], dict[str, int]] = retention.let_go
    expected: Expected = field(default_factory=Expected)
    second_sweeps: list[dict[str, int]] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        self._choose = random.Random(20260101)  # noqa: S311 - repeatable, no secret
        self._plans: dict[int, list[Callable[[datetime], None]]] = defaultdict(list)
        arrivals = max(1, int(self.days * 0.97))
        for person in range(self.people):
            self._plan(person * arrivals // self.people, lambda at, n=person: self._arrive(at, n))

    def run(self, *, twice_every: int = 10) -> Expected:
        """Live through every day, sweep it once a day, and compare."""
        for number in range(self.days):
            self.one_day(number, twice=number % twice_every == 0)
        return self.expected

    def one_day(self, number: int, *, twice: bool = False) -> None:
        day = START + number * DAY
        for deed in self._plans.pop(number, ()):
            at = day + SWEEP + timedelta(seconds=self._choose.randrange(20 * 3600))
            with clock.held_at(at):
                deed(at)
        at = day + DAY + SWEEP
        with clock.held_at(at):
            jobs.SCHEDULE["buyers.close_idle_accounts"].run()
        with transaction() as session:
            fresh = update(OutboxMessage).where(OutboxMessage.fanned_out_at.is_(None))
            messages = session.scalars(fresh.values(fanned_out_at=at).returning(OutboxMessage.id)).all()
        for message in messages:
            self.expected.hold("message", str(message), at + 7 * DAY)
        with clock.held_at(at):
            self.taken += sum(self.sweep(at).values())
            if twice:
                self.second_sweeps.append({name: n for name, n in self.sweep(at).items() if n})
        found = set(left())
        # Thousands of counterfoils are looked at on the days on which some may go, and once a month.
        if at.timetuple().tm_yday < 4 or at.day == 15:
            found |= set(counterfoils())
        else:
            found |= {thing for thing in self.expected.ends if thing[0] == "order"}
        self.expected.compare(found, at)

    def _plan(self, day: int, deed: Callable[[datetime], None]) -> None:
        self._plans[day].append(deed)

    def _later(self, at: datetime, days: int, deed: Callable[[datetime], None]) -> None:
        self._plan((at - START).days + days, deed)

    def _arrive(self, at: datetime, number: int) -> None:
        self._visit(at)
        standing = alone()
        self._leave_alone(at, *list(standing.items())[number % len(standing)])
        others = lone_tables()
        self._leave_row(at, *others[number % len(others)])
        kind = self._choose.random()
        if kind < 0.2:
            self._open_account(at)
        elif kind < 0.28:
            self._order_elsewhere(at)
        else:
            self._order(at, is_lapsed=kind > 0.92, is_lost=0.85 < kind <= 0.92)

    def _visit(self, at: datetime) -> None:
        with transaction() as session:
            cart = carts.open_cart(session, "eu", "en")
            send = MailSend(topic="code", thing=ids.token(), state=MailState.SENT, begun_at=at)
            session.add(send)
            session.flush()
            self.expected.hold("cart", str(cart.id), at + 14 * DAY)
            self.expected.hold("mail", str(send.id), at + 90 * DAY)

    def _leave_alone(self, at: datetime, cls: type, days: int) -> None:
        kind = register.kind_of(cls)
        unit = f"{kind.unit}:{ids.new_id().hex}"
        keys = vault.prepare(ids.new_id(), unit, cls)
        record = cls(**{field.name: "x" for field in fields(cls) if field.default is MISSING})
        with transaction() as session:
            if kind.erase is Erase.DELETE_FILE:
                files.store(session, record, b"PK", keys)
            else:
                vault.seal(session, record, keys)
        self.expected.hold(kind.name, unit, at + days * DAY)

    def _leave_row(self, at: datetime, table: Table, life: Life) -> None:
        with transaction(Role.MIGRATE) as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            key = session.execute(
                insert(table).values(**row_of(table, at)).returning(name_of(table))
            ).scalar()
        self.expected.hold(table.name, str(key), at + life.days * DAY)

    def _order(self, at: datetime, *, is_lapsed: bool, is_lost: bool) -> None:
        number, subject = ids.order_number(), ids.new_id()
        unit = f"order:{number}"
        keys = vault.prepare(subject, unit, *SEALED_KINDS)
        with transaction() as session:
            row = insert(Order).values(**_order_row(number, at, is_lapsed=is_lapsed))
            order_id = session.scalar(row.returning(Order.id))
            assert order_id is not None
            contact = OrderContact(f"{number.lower()}@shop.test")
            delivery = OrderDelivery(name="Ada Lind", street="Rapenburg 70", country="NL")
            vault.seal_all(session, [contact, delivery, OrderNote("Rang twice.")], keys)
            vault.seal(session, OrderLetter("Your order", "It is on its way."), keys)
            if not is_lapsed:
                session.add(_payment(order_id, number, at))
                vault.seal_all(session, [ShipmentTracking(number), DoubtReasons("refused=4", "65")], keys)
                self.expected.hold("order.doubt", unit, at + 32 * DAY)
                if self._choose.random() < 0.1:
                    files.store(session, ShipmentLabel("Label"), b"%PDF", keys)
                    self.expected.hold("shipment.label", unit, at + 180 * DAY)
                self.expected.hold("shipment.tracking", unit, at + 180 * DAY)
                self.expected.hold("payment reference", number, at + 120 * DAY)
        self.expected.hold("order", number, datetime(at.year + 11, 1, 1, tzinfo=UTC))
        lengths = {"order.contact": 240, "order.letter": 240, "order.note": 120, "order.delivery": 180}
        for what, days in lengths.items():
            self.expected.hold(what, unit, at + (timedelta(hours=12) if is_lapsed else days * DAY))
        if not (is_lapsed or is_lost):
            self._later(at, self._choose.randrange(1, 12), lambda then: self._deliver(order_id, unit, then))

    def _order_elsewhere(self, at: datetime) -> None:
        """Let a marketplace sell something: what is known of its person goes a week after delivery."""
        number = ids.order_number()
        unit = f"order:{number}"
        keys = vault.prepare(ids.new_id(), unit, ChannelDelivery, ShipmentTracking, ShipmentLabel, OrderNote)
        with transaction() as session:
            row = _order_row(number, at, is_lapsed=False) | {"channel": "amazon-eu", "placement_hash": None}
            order_id = session.scalar(insert(Order).values(**row).returning(Order.id))
            assert order_id is not None
            to = ChannelDelivery(name="Ada Lind", street="Rapenburg 70", country="NL")
            vault.seal_all(session, [to, ShipmentTracking(number), OrderNote("Rang twice.")], keys)
            files.store(session, ShipmentLabel("Label"), b"%PDF", keys)
        self.expected.hold("order", number, datetime(at.year + 11, 1, 1, tzinfo=UTC))
        lengths = {
            "channel.delivery": 150,
            "shipment.tracking": 180,
            "shipment.label": 180,
            "order.note": 120,
        }
        for what, days in lengths.items():
            self.expected.hold(what, unit, at + days * DAY)
        if self._choose.random() < 0.9:
            days = self._choose.randrange(1, 12)
            self._later(at, days, lambda then: self._arrive_elsewhere(order_id, unit, then))

    def _arrive_elsewhere(self, order_id: int, unit: str, at: datetime) -> None:
        self._noted(order_id)
        for what in ("channel.delivery", "shipment.tracking", "shipment.label", "order.note"):
            self.expected.hold(what, unit, at + 7 * DAY)

    def _noted(self, order_id: int) -> None:
        with transaction() as session:
            orders.note_delivery(session, order_id)
        jobs.HANDLERS["orders.start_clocks"].run(Message(0, "order.delivered", {"order": order_id}))

    def _deliver(self, order_id: int, unit: str, at: datetime) -> None:
        self._noted(order_id)
        whole = ("order.contact", "order.letter", "order.delivery", "shipment.tracking", "shipment.label")
        for what, days in (("order.note", 28), *((one, 30) for one in whole)):
            if (what, unit) in self.expected.ends:
                self.expected.hold(what, unit, at + days * DAY)
        if self._choose.random() < 0.1:
            self._later(at, 3, lambda then: self._withdraw(unit, then))

    def _withdraw(self, unit: str, at: datetime) -> None:
        with reading() as session:
            subject = vault.subject_of(session, unit)
        assert subject is not None
        keys = vault.prepare(subject, unit, WithdrawalStatement)
        with transaction() as session:
            vault.seal(session, WithdrawalStatement(name="Ada Lind", email="ada@shop.test"), keys)
        self.expected.hold("order.withdrawal", unit, at + 180 * DAY)

    def _open_account(self, at: datetime) -> None:
        subject = ids.new_id()
        with transaction() as session:
            buyer = Buyer(**_buyer_row(subject, at))
            session.add(buyer)
            session.flush()
            buyer_id = buyer.id
        unit = f"account:{buyer_id}"
        keys = vault.prepare(subject, unit, *OF_ACCOUNT)
        known = [AccountContact(f"a{buyer_id}@shop.test"), AccountProfile(), PastAddress(), PastOrder()]
        with transaction() as session:
            vault.seal_all(session, known, keys)
        written = vault.prepare(subject, unit, AccountLetter)
        with transaction() as session:
            vault.seal(session, AccountLetter("Our notice changes", "On the first of May."), written)
        self.expected.hold("account.letter", unit, at + 90 * DAY)
        self._used(buyer_id, unit, at)

    def _used(self, buyer_id: int, unit: str, at: datetime) -> None:
        """Sign in: three years from now, unless the account is closed or used again."""
        with transaction() as session:
            session.get_one(Buyer, buyer_id).last_active_at = at
        used = Message(0, "account.used", {"buyer": buyer_id})
        jobs.HANDLERS["buyers.count_retention_from_last_use"].run(used)
        self._hold_account(unit, at + 1095 * DAY)
        what = self._choose.random()
        if what < 0.4:
            self._later(at, self._choose.randrange(5, 900), lambda then: self._used(buyer_id, unit, then))
        elif what < 0.7:
            self._later(at, self._choose.randrange(5, 900), lambda then: self._close(buyer_id, unit, then))

    def _close(self, buyer_id: int, unit: str, at: datetime) -> None:
        with transaction() as session:
            session.get_one(Buyer, buyer_id).close(at)
        jobs.HANDLERS["buyers.end_retention_of_closed_account"].run(
            Message(0, "account.closed", {"buyer": buyer_id})
        )
        self._hold_account(unit, at)
        if ("account.letter", unit) in self.expected.ends:
            self.expected.hold("account.letter", unit, at)

    def _hold_account(self, unit: str, end: datetime) -> None:
        for what in (*(register.kind_of(cls).name for cls in OF_ACCOUNT), "buyer"):
            self.expected.hold(what, unit, end)


def counterfoils() -> Iterator[Thing]:
    """Give every order."""
    with reading() as session:
        yield from _rows(session, select(text("'order'"), Order.number))


def left() -> Iterator[Thing]:
    """Give everything else that is in the shop and has an end."""
    with reading() as session:
        yield from _rows(session, select(SealedRow.kind, SealedRow.unit))
        yield from _rows(session, text("SELECT 'cart', id::text FROM carts"))
        yield from _rows(session, text("SELECT 'buyer', 'account:' || id FROM buyers"))
        yield from _rows(session, text("SELECT 'mail', id::text FROM mail_sends"))
        yield from _rows(session, text("SELECT 'message', id::text FROM outbox_messages"))
        for table, _life in lone_tables():
            yield from _rows(session, select(literal(table.name), name_of(table)))
        held = text("SELECT 'payment reference', reference FROM payments WHERE session_ref IS NOT NULL")
        yield from _rows(session, held)


def _rows(session: Session, asked: object) -> Iterator[Thing]:
    for row in session.execute(asked):  # type: ignore[call-overload]
        yield row[0], row[1]


def _order_row(number: str, at: datetime, *, is_lapsed: bool) -> dict[str, object]:
    return {
        "number": number,
        "state": OrderState.LAPSED if is_lapsed else OrderState.PLACED,
        "placement_hash": ids.token_hash(number),
        "market_code": "eu",
        "language": "en",
        "currency": "EUR",
        "tax_included": True,
        "country": "NL",
        "goods": 1000,
        "delivery": 0,
        "delivery_tax": 0,
        "tax": 174,
        "total": 1000,
        "units": 1,
        "created_at": at,
        "placed_at": None if is_lapsed else at,
        "closed_at": at if is_lapsed else None,
    }


def _payment(order_id: int, number: str, at: datetime) -> Payment:
    return Payment(
        order_id=order_id,
        reference=number,
        state=PaymentState.CAPTURED,
        amount=1000,
        currency="EUR",
        locale="en",
        captured=1000,
        session_ref=f"cs_{number}",
        created_at=at,
        expires_at=at,
        settled_at=at,
    )


def _buyer_row(subject: UUID, at: datetime) -> dict[str, object]:
    return {
        "subject_id": subject,
        "state": BuyerState.ACTIVE,
        "market": "eu",
        "language": "en",
        "created_at": at,
        "last_active_at": at,
    }
