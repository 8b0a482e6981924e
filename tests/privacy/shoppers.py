"""A synthetic set of labelled orders: honest people, hard ones among them, and four sorts of abuse.

Everything is made up and follows from the seed. Shares are higher than life's where abuse is concerned, so
that each sort has enough orders to be measured; the area under the curve does not hang on that share.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import insert, text

from oms.kernel.db import Role, transaction
from oms.kernel.inbox import WebhookEvent
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.states import OrderState
from oms.payments.models import Payment, Refund
from oms.payments.queries import REFUSED_CARD
from oms.payments.states import PaymentState, RefundState
from tests.privacy import crowd

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 60
USUAL = 4000
# Honest people whose card is refused once, twice, thrice before one pays: about one payment in ten fails at
# first where no card is there, and most succeed with the next try.
_REFUSED = ((0.90, 0), (0.98, 1), (0.995, 2), (1.0, 3))
# Where honest orders go, and how many mailboxes share a place: dormitories and parcel shops of dozens.
_SHARED = {"dormitory": (0.06, 3), "parcel shop": (0.04, 2), "office": (0.03, 3)}
_FAMILY = 0.04  # honest orders of a household with several mailboxes
_FORGOT = 0.04  # order once more within hours
_DEAR = 0.03  # presents and furniture: three to eight times the usual
_DAMAGED = 0.04  # parcels that arrive broken or not at all; carriers tell of one to three in a hundred
_WITHDRAWN = 0.12  # withdrawals, which never count


@dataclass(slots=True)
class Made:
    """One order of the set with its label, empty for an honest one; the detector sees no label."""

    at: datetime
    email: str
    street: str
    total: int
    refused: int = 0
    back: str = ""
    label: str = ""
    number: str = ""


@dataclass(slots=True)
class Shoppers:
    """Everything that happened in a shop for sixty days: orders, and cards that paid for nothing."""

    orders: list[Made] = field(default_factory=list)
    refused: list[datetime] = field(default_factory=list)


def make(count: int, seed: int) -> Shoppers:
    """Make about so many orders, the same for the same seed; one in eight is abuse."""
    chance, found = Random(seed), Shoppers()  # noqa: S311 - made up, and the same each time
    abuse = max(12, count // 8)
    parts = ((_burst, 0.30), (_slow, 0.15), (_reship, 0.25), (_slow_reship, 0.08), (_claimant, 0.22))
    for make_some, share in parts:
        wanted, have = round(abuse * share), len(found.orders)
        while len(found.orders) - have < wanted:
            found.orders += make_some(chance, found)
    while len(found.orders) < count:
        found.orders += _honest(chance)
    found.orders.sort(key=lambda one: (one.at, one.email))
    for number, one in enumerate(found.orders, 1):
        digits = f"{number:010}"
        one.number = f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
    return found


def _moment(chance: Random, last: float = DAYS) -> datetime:
    return BEGIN + timedelta(days=chance.uniform(0, last))


def _email(chance: Random) -> str:
    return f"{chance.getrandbits(48):012x}@mail.example"


def _home(chance: Random) -> str:
    return f"Street {chance.getrandbits(32):08x} {chance.randint(1, 90)}"


def _total(chance: Random) -> int:
    dear = chance.uniform(3, 8) if chance.random() < _DEAR else 1
    return max(300, round(USUAL * chance.lognormvariate(0, 0.6) * dear))


def _card(chance: Random) -> int:
    found = chance.random()
    return next(refused for upto, refused in _REFUSED if found <= upto)


def _back(chance: Random) -> str:
    found = chance.random()
    if found < _DAMAGED:
        return chance.choice(("Goods were damaged", "Goods were missing"))
    return "The buyer withdrew" if found < _DAMAGED + _WITHDRAWN else ""


def _honest(chance: Random) -> Iterator[Made]:
    """Give the orders of one honest mailbox: a first one, or those of a regular."""
    email, street = _email(chance), _place(chance)
    orders = 1 if chance.random() < 0.6 else chance.randint(2, 6)
    # A few regulars send everything back, as they may; a few live where parcels are thrown.
    fate = chance.random()
    always = "The buyer withdrew" if fate < 0.03 else "Goods were damaged" if fate < 0.04 else ""
    for _order in range(orders):
        at = _moment(chance)
        back = always if always and chance.random() < 0.6 else _back(chance)
        yield Made(at, email, street, _total(chance), _card(chance), back)
        if chance.random() < _FORGOT:
            later = at + timedelta(hours=chance.uniform(0.1, 6))
            yield Made(later, email, street, _total(chance), _card(chance))


def _place(chance: Random) -> str:
    found = chance.random()
    for name, (share, places) in _SHARED.items():
        if found < share:
            return f"{name} {chance.randint(1, places)}"
        found -= share
    return f"Family {chance.randint(1, 25)}" if found < _FAMILY else _home(chance)


def _burst(chance: Random, found: Shoppers) -> Iterator[Made]:
    """Cards are tried by the hundred within an hour; where one pays, an order is left behind."""
    begin = _moment(chance)
    found.refused += [begin + timedelta(minutes=chance.uniform(0, 60)) for _card in range(150)]
    for _order in range(10):
        at = begin + timedelta(minutes=chance.uniform(5, 60))
        total = chance.randint(300, 1500)
        yield Made(at, _email(chance), _home(chance), total, chance.randint(1, 7), label="cards at once")


def _slow(chance: Random, _found: Shoppers) -> Iterator[Made]:
    """Low and slow: one try per mailbox, place and day; one in six pays with the first card."""
    refused = chance.choice((0, 1, 1, 2, 2, 3))
    yield Made(
        _moment(chance), _email(chance), _home(chance), _total(chance), refused, label="cards one by one"
    )


def _reship(chance: Random, _found: Shoppers) -> Iterator[Made]:
    """Stolen cards buy dear goods for one address within days, each time by a new mailbox."""
    yield from _campaign(chance, chance.randint(5, 9), (0.2, 2.5), "sent on")


def _slow_reship(chance: Random, _found: Shoppers) -> Iterator[Made]:
    """The same, once in five to nine days, to where somebody honest lives and orders as well."""
    campaign = list(_campaign(chance, 5, (5, 9), "sent on slowly"))
    first = campaign[0]
    yield Made(first.at - timedelta(hours=9), _email(chance), first.street, _total(chance), _card(chance))
    yield from campaign


def _campaign(chance: Random, orders: int, days: tuple[float, float], label: str) -> Iterator[Made]:
    street, at = _home(chance), _moment(chance, DAYS / 2)
    for _order in range(orders):
        dear = round(USUAL * chance.uniform(2.2, 7))
        yield Made(at, _email(chance), street, dear, chance.choice((0, 0, 0, 1, 2)), label=label)
        at += timedelta(days=chance.uniform(*days))


def _claimant(chance: Random, _found: Shoppers) -> Iterator[Made]:
    """Claims damage or loss of most parcels. The label begins with the third order.

    Before, there is no pattern: the same happens to honest people, and nobody could call it abuse.
    """
    email, street, at = _email(chance), _home(chance), _moment(chance, DAYS / 3)
    for order in range(chance.randint(4, 7)):
        is_claimed = order < 2 or chance.random() < 0.75
        back = chance.choice(("Goods were damaged", "Goods were missing")) if is_claimed else ""
        label = "money back again" if order >= 2 else ""
        yield Made(at, email, street, _total(chance), _card(chance), back, label)
        at += timedelta(days=chance.uniform(4, 8))


def write(found: Shoppers) -> None:
    """Write the set as the shop keeps it: orders, payments, refunds, the journal, and people, sealed."""
    with transaction(Role.MIGRATE) as session:
        rows = session.execute(
            insert(Order).returning(Order.id, Order.number), [_order(one) for one in found.orders]
        )
        ids = {number: order_id for order_id, number in rows}
        paid = session.execute(
            insert(Payment).returning(Payment.id, Payment.order_id),
            [_payment(one, ids[one.number]) for one in found.orders],
        )
        payments = {order_id: payment_id for payment_id, order_id in paid}
        session.execute(
            insert(Refund),
            [_refund(one, ids[one.number], payments[ids[one.number]]) for one in found.orders if one.back],
        )
        tries = [one.at - timedelta(minutes=n + 1) for one in found.orders for n in range(one.refused)]
        journal = [_refusal(number, at) for number, at in enumerate(sorted([*tries, *found.refused]))]
        session.execute(insert(WebhookEvent), journal)
    crowd.seal({one.number: _person(one) for one in found.orders})
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ANALYZE"))


def _person(one: Made) -> tuple[OrderDelivery, OrderContact]:
    name = f"Somebody {one.number}"
    return OrderDelivery(name, one.street, "NL", city="Leiden", postcode="2311 EZ"), OrderContact(one.email)


def _order(one: Made) -> dict[str, object]:
    return {
        "number": one.number,
        "state": OrderState.PLACED,
        "market_code": "eu",
        "language": "en",
        "currency": "EUR",
        "tax_included": True,
        "country": "NL",
        "postcode_prefix": "23",
        "goods": one.total,
        **dict.fromkeys(("delivery", "delivery_tax", "tax"), 0),
        "total": one.total,
        "units": 1,
        "created_at": one.at - timedelta(minutes=9),
        "placed_at": one.at,
    }


def _payment(one: Made, order_id: int) -> dict[str, object]:
    return {
        "order_id": order_id,
        "reference": one.number,
        "state": PaymentState.CAPTURED,
        "amount": one.total,
        "captured": one.total,
        "refunded": one.total // 2 if one.back else 0,
        "refusals": one.refused,
        "currency": "EUR",
        "locale": "en",
        "created_at": one.at - timedelta(minutes=9),
        "expires_at": one.at + timedelta(minutes=22),
        "settled_at": one.at,
    }


def _refund(one: Made, order_id: int, payment_id: int) -> dict[str, object]:
    return {
        "order_id": order_id,
        "payment_id": payment_id,
        "state": RefundState.SUCCEEDED,
        "amount": one.total // 2,
        "currency": "EUR",
        "reason": one.back,
        "by_kind": "staff",
        "by_id": "1",
        "created_at": one.at + timedelta(days=3),
    }


def _refusal(number: int, at: datetime) -> dict[str, object]:
    return {
        "provider": "stripe",
        "event_id": f"evt_made_{number}",
        "type": "payment_intent.payment_failed",
        "object_id": "pi_made",
        "occurred_at": at,
        "status": "requires_payment_method",
        "body_sha256": b"",
        "applied_at": at,
        "outcome": REFUSED_CARD,
    }
