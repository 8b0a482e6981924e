"""The order page in the words and shapes that its template takes."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.catalog.queries import sellables
from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as sending
from oms.fulfillment.states import ShipmentState
from oms.fulfillment.tracking import queries as tracking
from oms.kernel import audit, egress, vault
from oms.kernel.audit import ActorKind
from oms.kernel.register import Purpose, kind_of
from oms.notifications.inbox import queries as inbox
from oms.orders import queries
from oms.orders.models import Order, OrderEvent
from oms.orders.personal import OrderContact, OrderDelivery
from oms.pricing.queries import market_of
from oms.shipping.carriers.known import CARRIERS
from oms.web import security
from oms.web.filters import long_date, moment, party
from oms.web.markets import place
from storefront.account.forms import MailboxForm
from storefront.catalog import pages as goods_pages
from storefront.orders import look, right, standing
from storefront.orders.correctable import correctable
from storefront.orders.record import country_name, of_order

_PARTS = ("name", "street", "postcode", "city", "region")


def context(session: Session, order: Order) -> dict[str, Any]:
    """Return what the template takes, for the order's own person."""
    ends = queries.ends(order)
    placed = long_date(order.placed_at) if order.placed_at else ""
    return {
        "order": {**standing.summary(session, order), "placed": placed, **look.sentence(session, order)},
        "record": of_order(order, ends, _("Delivery") if not order.is_digital else ""),
        "lines": _lines(session, order),
        "events": [_event(event) for event in queries.history(session, order.id) if _event_words(event)],
        "parcels": _parcels(session, order),
        "reach": _reach(session, order),
        "told": _told(session, order),
        "looks": _looks(session, order),
        "actions": _actions(session, order),
        "messages": [],
        "message_url": "",
        "message_why": "",
        **_change(session, order),
        **_keep(order),
        "copy_url": goods_pages.url("/your-data/#copy"),
        "delete_url": goods_pages.url("/your-data/"),
        "invoice_url": "",
    }


def _keep(order: Order) -> dict[str, Any]:
    """Offer a guest an account once the order is placed: one field, then a code."""
    is_offered = order.placed_at is not None and security.person() is None
    address = goods_pages.url(f"/account/sign-in?next=/orders/{order.number}")
    return {
        "keep_url": address if is_offered else "",
        "keep_field": MailboxForm(formdata=None).email if is_offered else None,
    }


def _lines(session: Session, order: Order) -> list[dict[str, Any]]:
    market = market_of(session, order.market_code)
    ids = [line.variant_id for line in order.lines]
    found = sellables(session, market, place().language, ids=ids) if market else {}
    shown = []
    for number, line in enumerate(order.lines):
        item = found.get(line.variant_id)
        image = goods_pages.image(item.picture if item else None, number)
        image = replace(image, alt=image.alt or line.title)  # it stands alone, and names where its link leads
        url = goods_pages.product_url(item.handle) if item and item.is_sold else ""
        shown.append({"name": line.title, "url": url, "image": image})
    return shown


def _parcels(session: Session, order: Order) -> list[dict[str, Any]]:
    shipments = {shipment.id: shipment for shipment in sending.shipments_of(session, order.id)}
    tracked = tracking.tracked(session, order, purpose=Purpose.RIGHTS, by=security.actor())
    found = []
    for number, parcel in enumerate(tracked, 1):
        shipment = shipments[parcel.shipment_id]
        word, kind = _shipment_words()[shipment.state]
        dated = [
            (_("Handed to the carrier"), shipment.handed_over_at),
            (word.capitalize(), shipment.ended_at),
        ]
        found.append(
            {
                "title": _("Parcel %(number)s of %(count)s", number=number, count=len(tracked)),
                "carrier": CARRIERS[parcel.carrier].name if parcel.carrier in CARRIERS else parcel.carrier,
                "tracking": parcel.number,
                "state": {"word": word, "kind": kind},
                "events": [{"text": text, "when": moment(at)} for text, at in dated if at is not None],
            }
        )
    return found


def _shipment_words() -> dict[ShipmentState, tuple[str, str]]:
    return {
        ShipmentState.PACKED: (_("packed"), "todo"),
        ShipmentState.HANDED_OVER: (_("on its way"), "moving"),
        ShipmentState.DELIVERED: (_("delivered"), "done"),
        ShipmentState.LOST: (_("lost"), "wrong"),
        ShipmentState.RETURNED_TO_SENDER: (_("returned to us"), "wrong"),
        ShipmentState.UNPACKED: (_("not sent"), "gone"),
    }


def _actions(session: Session, order: Order) -> list[dict[str, str]]:
    offered = [*_letters(session, order), *look.offer(session, order), *right.offer(session, order)]
    if not fulfillment.can_buyer_cancel(session, order):
        return offered
    return [
        *offered,
        {
            "title": _("Cancel"),
            "text": _("Until packing begins. Everything you paid goes back."),
            "label": _("Cancel the order"),
            "url": goods_pages.url(f"/orders/{order.number}/cancel"),
        },
    ]


def _letters(session: Session, order: Order) -> list[dict[str, str]]:
    """Lead to what the shop wrote about the order and was not read; that of a breach says so."""
    new = inbox.unread(session, [order.unit])
    if not new:
        return []
    url = goods_pages.url("/your-data/messages")
    if inbox.unread(session, [order.unit], "breach"):
        about = _("What happened, what it can mean for you, and what you can do.")
        title = _("Others may have seen your data")
        return [{"title": title, "text": about, "label": _("Read about it"), "url": url}]
    count = ngettext("%(num)s new message", "%(num)s new messages", new)
    return [{"title": _("Messages from us"), "text": count, "label": _("Read them"), "url": url}]


def _change(session: Session, order: Order) -> dict[str, str]:
    can = correctable(session, order)
    note = _("The label is printed, so the address stays as it is on this parcel.")
    return {
        "change_url": goods_pages.url(f"/orders/{order.number}/correct") if can.email else "",
        "change_label": _("Correct the address or the e-mail") if can.address else _("Correct the e-mail"),
        "change_note": note if can.follows_label else "",
    }


def _event_words(event: OrderEvent) -> str:
    words = {
        "created": _("You ordered"),
        "placed": _("Stripe told us that it is paid"),
        "delivered": _("It has arrived"),
        "cancelled": _("It was cancelled"),
        "sent back": _("We sent the money back"),
        "lapsed": _("No payment came"),
        "address corrected": _("The address was corrected"),
        "e-mail corrected": _("The e-mail address was corrected"),
        "closed": _("The return window ended"),
        "withdrawn": _("You withdrew from the contract"),
        "withdrawal settled": _("Your withdrawal is settled"),
    }
    return str(words.get(event.what, ""))


def _event(event: OrderEvent) -> dict[str, str]:
    return {"text": _event_words(event), "when": moment(event.at)}


def _reach(session: Session, order: Order) -> list[tuple[str, str]]:
    by = security.actor()
    opened = vault.open_many(
        session, [OrderDelivery, OrderContact], order.unit, purpose=Purpose.RIGHTS, by=by
    )
    delivery, contact = opened.get(OrderDelivery), opened.get(OrderContact)
    rows = []
    if delivery is not None:
        lines = [getattr(delivery, part) for part in _PARTS if getattr(delivery, part)]
        rows.append((_("Parcel to"), ", ".join([*lines, country_name(delivery.country)])))
        if delivery.phone:
            rows.append((_("Phone"), delivery.phone))
    if contact is not None:
        rows.append((_("E-mail"), contact.email))
    return rows


def _told(session: Session, order: Order) -> list[dict[str, str]]:
    return [
        {
            "who": party(told.recipient),
            "what": ", ".join(_(_label(name)) for name in told.fields),
            "why": _why(told.recipient),
            "when": moment(told.at),
        }
        for told in egress.disclosed(session, unit=order.unit)
    ]


def _why(recipient: str) -> str:
    known = egress.RECIPIENTS.get(recipient)
    return str(_(known.what_for)).rstrip(".。") if known else ""


def _label(name: str) -> str:
    kind_name, _dot, field = name.rpartition(".")
    for cls in (OrderDelivery, OrderContact):
        kind = kind_of(cls)
        if kind.name == kind_name and field in kind.names():
            return kind.field(field).label
    return field


def _looks(session: Session, order: Order) -> list[dict[str, str]]:
    subject = vault.subject_of(session, order.unit)
    if subject is None:
        return []
    return [
        {"role": _("Staff"), "why": look.by.reason or look.purpose, "when": moment(look.at)}
        for look in audit.about_subject(session, subject)
        if look.by.kind is ActorKind.STAFF
    ]
