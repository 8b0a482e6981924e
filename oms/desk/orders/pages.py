"""Orders in words and figures, as the list and the page of one order show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from oms.channels.queries import Sale
from oms.desk.orders.queries import Listed
from oms.desk.orders.sending.queries import ELSEWHERE
from oms.kernel import clock
from oms.kernel.egress import RECIPIENTS, Disclosure
from oms.kernel.money import Money
from oms.orders.models import Order, OrderEvent, OrderHold
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.states import OrderState
from oms.payments.models import Payment, Refund
from oms.web import filters

SECONDS_SHOWN = 60
# Why somebody may look at a person: the word in the form, and the reason that the audit keeps.
REASONS = {
    "question": "The buyer asked about the order",
    "address": "The carrier cannot find the address",
    "returned": "The parcel came back",
    "payment": "A question about the payment",
    "rights": "The buyer used a right of theirs",
}
STATES = {
    OrderState.AWAITING_PAYMENT: (_l("awaiting payment"), "waiting"),
    OrderState.PLACED: (_l("to send"), "todo"),
    OrderState.CLOSED: (_l("closed"), "gone"),
    OrderState.CANCELLED: (_l("cancelled"), "gone"),
    OrderState.LAPSED: (_l("lapsed"), "gone"),
}
_KINDS = {
    **dict.fromkeys(("captured", "succeeded"), "done"),
    "failed": "wrong",
    "voided": "gone",
}
_FIELDS = (
    ("name", _l("Name")),
    ("street", _l("Street")),
    ("postcode", _l("Postcode")),
    ("city", _l("City")),
    ("region", _l("Region")),
    ("country", _l("Country")),
    ("phone", _l("Phone")),
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A state as word and shape."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody masked; `shown` holds the open rows while they are revealed."""

    away: str
    masked: tuple[tuple[str, str], ...]
    shown: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    seconds: int = SECONDS_SHOWN


def state(order: Order | Listed) -> Chip:
    """Return the state of an order, with delivery, which is no state of its own."""
    if order.state is OrderState.PLACED and order.delivered_at is not None:
        return Chip(_("delivered"), "done")
    word, kind = STATES[order.state]
    return Chip(str(word), kind)


def is_to_send(order: Order | Listed) -> bool:
    """Say whether an order is placed and has not arrived."""
    return order.state is OrderState.PLACED and order.delivered_at is None


def place(country: str, prefix: str) -> str:
    """Return where an order goes, as coarsely as staff may see it."""
    return f"{country}-{prefix}··" if prefix else country


def row(order: Listed, *, is_held: bool, origin: Sequence[str], stage: Chip | None) -> dict[str, Any]:
    """Return an order as a row of the list; `stage` is how far its sending is."""
    return {
        "number": order.number,
        "url": url_for("oms.orders.order", number=order.number),
        "placed": filters.moment(order.placed_at),
        "state": stage if stage and is_to_send(order) else state(order),
        "to": place(order.country, order.postcode_prefix),
        "origin": ", ".join(origin),
        "goods": filters.number(order.units),
        "total": filters.money(order.total, order.currency),
        "flag": _("held") if is_held else "",
    }


def heading(order: Order, initials: str, stage: Chip | None = None) -> dict[str, Any]:
    """Return what stands on top of the page of an order; `stage` is how far its sending is."""
    return {
        "number": order.number,
        "state": stage if stage and is_to_send(order) else state(order),
        "placed": filters.moment(order.placed_at) if order.placed_at else _("not yet"),
        "market": f"{order.market_code.upper()} · {order.language}",
        "to": place(order.country, order.postcode_prefix),
        "initials": initials,
    }


def sold(order: Order, found: Sale | None, *, may_see: bool) -> dict[str, str] | None:
    """Return where an order was sold; None for what we sold. `url` is for who may see its account."""
    if not order.channel:
        return None
    where = f"{found.channel.called}, {found.code}" if found else order.channel
    return {
        "where": where,
        "url": url_for("oms.channels.orders", code=found.code) if found and may_see else "",
        "note": str(_(ELSEWHERE)),
    }


def lines(order: Order, origin: Mapping[int, Sequence[str]]) -> list[dict[str, Any]]:
    """Return the goods of an order, with the warehouse that each comes from."""
    return [
        {
            "sku": line.sku,
            "name": line.title,
            "choice": line.choices,
            "quantity": filters.number(line.quantity),
            "origin": ", ".join(origin.get(line.id, ())),
            "each": filters.money(line.unit_price, order.currency),
            "amount": filters.money(line.total, order.currency),
        }
        for line in order.lines
    ]


def sums(order: Order) -> list[tuple[str, ...]]:
    """Return the figures below the goods."""

    def amount(value: int) -> str:
        return filters.money(value, order.currency)

    tax_words = _("of which tax") if order.tax_included else _("Tax")
    rows = [(_("Goods"), amount(order.goods)), (_("Delivery"), amount(order.delivery))]
    tax, total = (tax_words, amount(order.tax)), (_("Total"), amount(order.total), "sum")
    return [*rows, total, tax] if order.tax_included else [*rows, tax, total]


def money(payments: Sequence[Payment], refunds: Sequence[Refund]) -> list[dict[str, Any]]:
    """Return payments and refunds, the oldest first."""
    found = [_money(_("Payment"), p.reference, p, p.settled_at or p.created_at) for p in reversed(payments)]
    for r in refunds:
        what = _("Refund: %(reason)s", reason=_(r.reason)) if r.reason else _("Refund")
        found.append(_money(what, f"refund-{r.id}", r, r.settled_at or r.created_at, sign=-1))
    return found


def _money(what: str, reference: str, of: Payment | Refund, at: datetime, *, sign: int = 1) -> dict[str, Any]:
    return {
        "what": what,
        "reference": reference,
        "state": Chip(of.state.replace("_", " "), _KINDS.get(of.state, "moving")),
        "when": filters.moment(at),
        "amount": filters.money(Money(sign * of.amount, of.currency)),
    }


def person(order: Order, initials: str, opened: tuple[tuple[str, str], ...] = ()) -> Person | None:
    """Return the masked person of an order, or the open rows; None when nothing of them is left."""
    if not initials and not opened:
        return None
    masked = ((_("Name"), initials), (_("To"), place(order.country, order.postcode_prefix)))
    return Person(url_for("oms.orders.order", number=order.number), masked, opened)


def opened(delivery: OrderDelivery | None, contact: OrderContact | None) -> tuple[tuple[str, str], ...]:
    """Return what was opened as rows, empty fields left out."""
    rows = [(str(label), str(getattr(delivery, name, ""))) for name, label in _FIELDS if delivery]
    if contact:
        rows.append((_("E-mail"), contact.email))
    return tuple((label, value) for label, value in rows if value)


def until(ends: Mapping[str, datetime], order: Order) -> str:
    """Return the sentence on when the person of an order goes."""
    if not ends and order.channel:
        return str(_("The address is fetched for the parcel alone. Nothing of the buyer is kept here now."))
    if not ends:
        return str(_("Nothing of the buyer is kept any more."))
    last = filters.long_date(clock.gone_on(max(ends.values())))
    if order.channel:
        return str(_("The address is kept for the parcel alone. The last of it goes on %(day)s.", day=last))
    if order.delivered_at is None:
        return str(_("Goes after delivery, at the latest on %(day)s.", day=last))
    return str(_("The last of it goes on %(day)s.", day=last))


def told(disclosures: Sequence[Disclosure]) -> list[dict[str, str]]:
    """Return who was told what of the buyer, the newest first."""
    return [
        {
            "who": one.recipient,
            "what": ", ".join(name.rpartition(".")[2] for name in one.fields)
            if one.recipient in RECIPIENTS
            else "",
            "when": filters.moment(one.at),
        }
        for one in disclosures
    ]


def holds(
    found: Sequence[OrderHold], names: Mapping[str, str], *, may_lift: Callable[[OrderHold], bool]
) -> list[dict[str, str]]:
    """Return why an order must wait; what may be lifted here has a button for it."""
    return [
        {
            "why": one.why,
            "who": who(one.by_kind, one.by_id, names),
            "when": filters.moment(one.placed_at),
            "release_url": url_for("oms.changes.lift", hold=one.id) if may_lift(one) else "",
        }
        for one in found
    ]


def events(
    found: Sequence[OrderEvent], names: Mapping[str, str], notes: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """Return what happened to an order, as lines of the timeline; `notes` are the opened ones."""
    return [
        {
            "at": one.at,
            "text": one.what,
            "when": f"{filters.moment(one.at)}, {who(one.by_kind, one.by_id, names)}",
            "note": _noted(one, notes) if one.what == "noted" else one.why,
            "kind": "wrong" if one.what in {"held", "sent back"} else "",
        }
        for one in found
    ]


def _noted(event: OrderEvent, notes: Mapping[UUID, str]) -> str:
    if event.note is None:
        return str(_("It has gone."))
    return notes.get(event.note) or str(_("It is closed to you, or it has gone."))


def who(kind: str, number: str, names: Mapping[str, str]) -> str:
    """Return somebody by the name they have at the desk; buyers have none here."""
    if kind == "staff":
        return names.get(number) or str(_("staff %(number)s", number=number))
    return str(_("the house") if kind == "system" else _("the buyer"))
