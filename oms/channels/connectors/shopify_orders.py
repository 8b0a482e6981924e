"""Orders, addresses and fulfillments as Shopify tells them, in our words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oms.channels.connectors.places import region_of
from oms.channels.connectors.reading import (
    GarbledError,
    Said,
    amount,
    collected_there,
    country_of,
    currency_of,
    flag,
    moment,
    part,
    parts,
    prefix_of,
    reference,
    refusal,
    text,
    whole,
    word,
)
from oms.channels.connectors.wire import ERASE, ERASE_ALL, TELL, Address, Sold, SoldLine
from oms.channels.states import SoldState
from oms.kernel.money import allocate

_PAID = frozenset({"paid", "partially_refunded"})
_UNDONE = frozenset({"refunded", "voided"})
# What a webhook calls its orders, by topic, and what it means where it is about people
# (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance).
_OF_PEOPLE = {"customers/redact": "orders_to_redact", "customers/data_request": "orders_requested"}
_MEANT = {"shop/redact": ERASE_ALL, "customers/redact": ERASE, "customers/data_request": TELL}
_NAMED = {"orders": "id", "refunds": "order_id", "fulfillments": "order_id"}
_OPEN = frozenset({"open", "in_progress"})


def sold(said: Said) -> Sold:
    """Return an order without its person; of what is for us to send the country must be told."""
    state = _state(said)
    to = part(said, "shipping_address") if said.get("shipping_address") is not None else {}
    country = country_of(to, "country_code")
    if state is SoldState.TO_SEND and not country:
        raise GarbledError
    currency = currency_of(said, "currency")
    has_lines = state in {SoldState.TO_SEND, SoldState.SENT}
    items = [item for item in parts(said, "line_items") if _left(item)] if has_lines else []
    ways = parts(said, "shipping_lines") if has_lines else []
    read = Sold(
        ref=reference(said, "id"),
        state=state,
        changed_at=moment(said, "updated_at"),
        placed_at=moment(said, "created_at"),
        currency=currency,
        country=country,
        tax_included=flag(said, "taxes_included"),
        is_tax_free=said.get("tax_exempt") is True,
        lines=tuple(_line(item, currency) for item in items),
        delivery=sum(_less(way, amount(way.get("price"), currency), currency) for way in ways),
        delivery_tax=sum(_tax(way, currency) for way in ways),
        region=region_of(country, text(to, "province_code")),
        postcode_prefix=prefix_of(to, "zip"),
    )
    return _judged(read, [*items, *ways])


def address(said: Said) -> Address:
    """Return where an order goes."""
    to = said.get("shipping_address")
    if not isinstance(to, dict):
        raise refusal("no-address")
    named = text(to, "name") or " ".join(filter(None, (text(to, "first_name"), text(to, "last_name"))))
    if not named:
        raise GarbledError
    return Address(
        name=named,
        street=", ".join(filter(None, (text(to, name) for name in ("company", "address1", "address2")))),
        city=text(to, "city"),
        postcode=text(to, "zip"),
        region=text(to, "province_code"),
        country=country_of(to, "country_code"),
        phone=text(to, "phone"),
    )


def tells_of(fulfillment: Said, number: str) -> bool:
    """Say whether a parcel with this number is told there already."""
    numbers = fulfillment.get("tracking_numbers")
    is_live = text(fulfillment, "status") not in {"cancelled", "error", "failure"}
    return bool(number) and is_live and isinstance(numbers, list) and number in numbers


def chosen(opened: Sequence[Said], wanted: Mapping[str, int]) -> list[dict[str, Any]] | None:
    """Return which open lines a parcel fulfills; None where fewer units are open than it holds."""
    left, found = dict(wanted), []
    for one in opened:
        if text(one, "status") not in _OPEN:
            continue
        taken = []
        for line in parts(one, "line_items"):
            ref = reference(line, "line_item_id")
            units = min(left.get(ref, 0), whole(line, "fulfillable_quantity"))
            if units:
                left[ref] -= units
                taken.append({"id": whole(line, "id"), "quantity": units})
        if taken:
            found.append({"fulfillment_order_id": whole(one, "id"), "fulfillment_order_line_items": taken})
    return None if any(left.values()) or not found else found


def meant(topic: str) -> str:
    """Return the type of a webhook: ours where it is about people, else its topic.

    Raises GarbledError for what is no topic, as a word of ours would be: nobody signs it.
    """
    if "/" not in topic:
        raise GarbledError
    return _MEANT.get(topic, topic)


def refs(topic: str, said: Mapping[str, Any], shop: str) -> tuple[str, ...]:
    """Return the orders that a webhook is about; none where it is about no single order.

    Raises GarbledError for what has people erased and does not say itself that it is of this shop (a domain
    in small letters): the topic is not signed, the body is.
    """
    is_ours = text(said, "shop_domain").lower() == shop and ("customer" in said) == (topic in _OF_PEOPLE)
    if topic in _MEANT and not is_ours:
        raise GarbledError
    if topic in _OF_PEOPLE:
        listed = said.get(_OF_PEOPLE[topic], [])
        if not isinstance(listed, list):
            raise GarbledError
        return tuple(reference({"id": one}, "id") for one in listed)
    named = _NAMED.get(topic.partition("/")[0])
    return (reference(said, named),) if named else ()


def _state(said: Said) -> SoldState:
    paid, sent = word(said, "financial_status"), text(said, "fulfillment_status")
    if said.get("cancelled_at") is not None or paid in _UNDONE or sent == "restocked":
        return SoldState.CANCELLED
    if sent == "fulfilled":
        return SoldState.SENT
    # What somebody sent in part is theirs to finish: taken whole it would be sent twice.
    return SoldState.TO_SEND if paid in _PAID and sent != "partial" else SoldState.PENDING


def _left(item: Said) -> int:
    """Return the units that were not taken out of the order again."""
    return whole(item, "current_quantity" if item.get("current_quantity") is not None else "quantity")


def _line(item: Said, currency: str) -> SoldLine:
    ordered, left = whole(item, "quantity"), _left(item)
    if left > ordered:
        raise GarbledError
    shares = (left, ordered - left)
    total = _less(item, amount(item.get("price"), currency) * ordered, currency)
    titles = (text(item, "title"), text(item, "variant_title"))
    return SoldLine(
        ref=reference(item, "id"),
        sku=text(item, "sku"),
        title=", ".join(filter(None, titles)),
        quantity=left,
        total=allocate(total, shares)[0],
        tax=allocate(_tax(item, currency), shares)[0],
    )


def _less(item: Said, total: int, currency: str) -> int:
    """Return a figure less the discounts that were given on it."""
    given = parts(item, "discount_allocations") if "discount_allocations" in item else []
    left = total - sum(amount(one.get("amount"), currency) for one in given)
    if left < 0:
        raise GarbledError
    return left


def _tax(item: Said, currency: str) -> int:
    return sum(amount(one.get("price"), currency) for one in parts(item, "tax_lines"))


def _judged(read: Sold, items: Iterable[Said]) -> Sold:
    """Return an order, without the tax where a sales channel owes it (`channel_liable`)."""
    liable = {one.get("channel_liable") is True for item in items for one in parts(item, "tax_lines")}
    if liable == {True, False}:
        raise GarbledError  # half of its tax would be ours
    return collected_there(read) if liable == {True} else read
