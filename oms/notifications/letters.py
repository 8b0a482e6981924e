"""What each mail about an order says, from the order's rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from markupsafe import Markup
from sqlalchemy.orm import Session

from oms.buyers import queries as buyers
from oms.buyers.personal import AccountContact
from oms.catalog.queries import market_texts
from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.errors import PassingError
from oms.kernel.money import Money
from oms.kernel.register import Event, Job, Purpose, kind_of
from oms.notifications.actions import Letter, Written
from oms.notifications.pages import Reader, reader_in, secret, write
from oms.notifications.states import USEFUL_FOR, purpose_of
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.states import Channel
from oms.privacy.wishes.queries import token_of
from oms.privacy.wishes.states import WishPurpose

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Addressee(Generic[T]):
    """Somebody who can be written to: the sealed record that holds the mailbox, opened for one purpose."""

    unit: str
    subject_id: UUID
    record: T = field(repr=False)
    purpose: Purpose

    def letter(self, topic: str, thing: str, written: Written, language: str) -> Letter:
        """Return a mail about one thing to this mailbox."""
        return Letter(topic, thing, self.unit, self.subject_id, self.record, self.purpose, written, language)


def addressee(
    session: Session, kind: type[T], unit: str, *, purpose: Purpose, job: Job
) -> Addressee[T] | None:
    """Return whom a unit's record of a kind lets us write to; None when the mailbox has gone."""
    record = vault.open_record(session, kind, unit, purpose=purpose, by=SYSTEM.doing(job))
    subject_id = vault.subject_of(session, unit)
    if record is None or subject_id is None:
        return None
    return Addressee(unit, subject_id, record, purpose)


def wait_for_lock(topic: str, kind: type[Any], unit: str) -> None:
    """Have a needed mail wait as long as the record with its mailbox is locked; nobody opens that meanwhile.

    Raises PassingError, upon which the outbox keeps the mail as long as it is of use. A mail that its reader
    can do without does not wait: it is skipped, as is one whose record is gone.
    """
    useful_for = USEFUL_FOR.get(topic)
    if useful_for is not None and (unit, kind_of(kind).name) in vault.locks([unit]):
        raise PassingError("Locked by its person: the mail waits for the end of that.", useful_for=useful_for)


def contact_of(unit: str) -> type[Any]:
    """Return the kind of the record by which the person of an order or account is written to."""
    return OrderContact if unit.startswith("order:") else AccountContact


def person(session: Session, unit: str, *, purpose: Purpose) -> Addressee[Any] | None:
    """Return whom the contact of an order or account lets us tell something; None when it has gone."""
    return addressee(session, contact_of(unit), unit, purpose=purpose, job=Job.NOTICES)


def first_person(session: Session, units: Iterable[str], *, purpose: Purpose) -> Addressee[Any] | None:
    """Return whom the first of some orders and accounts that has a mailbox lets us tell something."""
    found = (person(session, unit, purpose=purpose) for unit in units)
    return next((one for one in found if one is not None), None)


def reader_of_unit(session: Session, unit: str) -> Reader:
    """Return how the person of an order or account reads; in English, for what is neither."""
    sort, _colon, name = unit.partition(":")
    order = orders.by_number(session, name) if sort == "order" else None
    if order is not None:
        return reader_of(order)
    buyer = buyers.buyer(session, int(name)) if sort == "account" else None
    return reader_in(buyer.market, buyer.language) if buyer else reader_in("eu", "en")


def reader_of(order: Order) -> Reader:
    """Return in which market and language an order's buyer reads."""
    return reader_in(order.market_code, order.language)


def letter(session: Session, order: Order, topic: str, thing: str, written: Written) -> Letter | None:
    """Return a mail to an order's mailbox; None when that has gone. Raises as `wait_for_lock`."""
    wait_for_lock(topic, OrderContact, order.unit)
    to = addressee(session, OrderContact, order.unit, purpose=Purpose.ORDER_MESSAGES, job=Job.LETTERS)
    return to.letter(topic, thing, written, order.language) if to else None


def stop_url(unit: str, topic: str, reader: Reader) -> str:
    """Return where the reader of an optional mail stops its kind, on this channel and no other."""
    purpose = purpose_of(topic) or WishPurpose.NEWS
    return f"{reader.home}/unsubscribe/{token_of(unit, Channel.MAIL, secret(), purpose)}"


def shown(order: Order, reader: Reader, sentence: str = "") -> dict[str, Any]:
    """Return the order as the templates of mails take it."""
    return {"number": order.number, "url": f"{reader.home}/orders/{order.number}", "sentence": sentence}


def confirmation(session: Session, order: Order, reader: Reader) -> Written:
    """Write what was ordered, for how much, when what goes, and what the market's law wants said."""
    _ = reader.say
    sentence = _("We have your order, and it is paid.")
    legal = [*_waived(session, order, reader), *_legal(session, order)]
    return write(
        "confirmation",
        _("Your order %(number)s", number=order.number),
        reader,
        order=shown(order, reader, sentence),
        rows=_rows(order, reader),
        dates=dates(order, reader),
        to=[],
        legal=legal,
    )


def _waived(session: Session, order: Order, reader: Reader) -> list[dict[str, Any]]:
    """Confirm what a buyer agreed to of a download, on what they can keep (Directive 2011/83/EU, 8 (7) b)."""
    at = orders.waived_at(session, order.id)
    if at is None:
        return []
    _ = reader.say
    said = _(
        "On %(day)s you asked that the download begins at once, and you said that you know that you lose your"
        " right to withdraw from it.",
        day=reader.day(at),
    )
    return [{"title": _("Your download"), "text": Markup("<p>{}</p>").format(said), "plain": said}]


def _legal(session: Session, order: Order) -> list[dict[str, Any]]:
    texts = market_texts(session, order.market_code, order.language)
    return [
        {
            "title": texts[topic].title,
            "text": Markup(texts[topic].body_html),  # noqa: S704 - cleaned before it was stored
            "plain": Markup(texts[topic].body_html).striptags(),  # noqa: S704 - the same
        }
        for topic in ("withdrawal", "terms")
        if topic in texts
    ]


def _rows(order: Order, reader: Reader) -> list[tuple[str, ...]]:
    _ = reader.say
    rows: list[tuple[str, ...]] = [
        (f"{line.title} × {line.quantity}", reader.money(Money(line.total, order.currency)))
        for line in order.lines
    ]
    if not order.is_digital:
        rows.append((_("Delivery"), reader.money(Money(order.delivery, order.currency))))
    words = _("of which tax") if order.tax_included else _("Tax")
    tax = (words, reader.money(Money(order.tax, order.currency)))
    whole = (_("Total"), reader.money(order.money), "sum")
    return [*rows, whole, tax] if order.tax_included else [*rows, tax, whole]


def dates(order: Order, reader: Reader) -> list[tuple[str, str]]:
    """Return when what an order knows of a person goes: as days once they are certain, else in words."""
    _ = reader.say
    ends = orders.ends(order)
    known = {OrderDelivery: _("Name, address"), OrderContact: _("E-mail")}
    return [
        (label, _when(order, reader, kind_of(cls).name, ends))
        for cls, label in known.items()
        if kind_of(cls).name in ends
    ]


def _when(order: Order, reader: Reader, kind_name: str, ends: dict[str, datetime]) -> str:
    _ = reader.say
    if order.delivered_at is not None:
        return reader.day(clock.gone_on(ends[kind_name]))
    cls = OrderDelivery if kind_name == kind_of(OrderDelivery).name else OrderContact
    rule = kind_of(cls).retention
    if rule.after is Event.DELIVERED:
        return _("%(days)s days after delivery", days=str(rule.days))
    return _("when your right to return ends")
