"""Orders, lines and addresses as TikTok Shop tells them, in our words; there every unit is an item."""

from collections.abc import Sequence
from dataclasses import replace

from oms.channels.connectors.places import region_of
from oms.channels.connectors.reading import (
    GarbledError,
    Said,
    amount,
    collected_there,
    country_of,
    currency_of,
    part,
    parts,
    prefix_of,
    reference,
    refusal,
    second,
    text,
    word,
)
from oms.channels.connectors.wire import Address, Sent, Sold, SoldLine
from oms.channels.states import SoldState
from oms.kernel.money import allocate

_STATES = {
    "UNPAID": SoldState.PENDING,
    "ON_HOLD": SoldState.PENDING,
    "AWAITING_SHIPMENT": SoldState.TO_SEND,
    # What somebody sent in part is theirs to finish: taken whole it would be sent twice.
    "PARTIALLY_SHIPPING": SoldState.PENDING,
    "AWAITING_COLLECTION": SoldState.SENT,
    "IN_TRANSIT": SoldState.SENT,
    "DELIVERED": SoldState.SENT,
    "COMPLETED": SoldState.SENT,
    "CANCELLED": SoldState.CANCELLED,
}
_BY_SELLER = "FULFILLMENT_BY_SELLER"
# Prices are without tax there, and TikTok owes the tax that it adds, as a marketplace facilitator
# (https://seller-us.tiktok.com/university: "Sales tax").
_WITHOUT_TAX = frozenset({"US", "CA"})
_MASKED = "***"
_LEVELS = {"region": ("L1", "state", "province", "county"), "city": ("L2", "city", "post town", "district")}


def sold(said: Said) -> Sold:
    """Return an order without its person; of what is for us to send the country must be told."""
    state = _state(said)
    has_lines = state in {SoldState.TO_SEND, SoldState.SENT}
    to = part(said, "recipient_address") if said.get("recipient_address") is not None else {}
    country, paid = country_of(to, "region_code"), part(said, "payment") if has_lines else {}
    if state is SoldState.TO_SEND and not country:
        raise GarbledError
    currency = currency_of(paid, "currency") if has_lines else ""
    read = Sold(
        ref=reference(said, "id"),
        state=state,
        changed_at=second(said, "update_time"),
        placed_at=second(said, "create_time"),
        currency=currency,
        country=country,
        tax_included=country not in _WITHOUT_TAX,
        lines=_lines(parts(said, "line_items"), currency) if has_lines else (),
        delivery=_told(paid, "shipping_fee", currency),
        delivery_tax=_told(paid, "shipping_fee_tax", currency),
        postcode_prefix=_unmasked(prefix_of(to, "postal_code")),
        region=region_of(country, _place(to, "region")),
    )
    if state is SoldState.TO_SEND and not read.lines:
        raise GarbledError
    whole = _told(paid, "tax", currency)
    if (read.tax or whole) and not read.tax_included:
        return collected_there(read)
    goods = whole - read.delivery_tax
    if goods <= 0 or any(line.tax for line in read.lines):
        return read
    # The tax of the goods is told as one.
    shares = allocate(goods, [line.total or 1 for line in read.lines])
    return replace(read, lines=tuple(replace(x, tax=tax) for x, tax in zip(read.lines, shares, strict=True)))


def address(said: Said) -> Address:
    """Return where an order goes."""
    to = said.get("recipient_address")
    if not isinstance(to, dict):
        raise refusal("no-address")
    lines = [found for number in (1, 2, 3, 4) if (found := text(to, f"address_line{number}"))]
    named = text(to, "name") or f"{text(to, 'first_name')} {text(to, 'last_name')}".strip()
    street = ", ".join(lines) or text(to, "address_detail") or text(to, "full_address")
    if _MASKED in named or _MASKED in street:
        raise refusal("masked")
    if not named or not street:
        raise GarbledError
    return Address(
        name=named,
        street=street,
        city=_place(to, "city"),
        postcode=text(to, "postal_code"),
        region=_place(to, "region"),
        country=country_of(to, "region_code"),
        phone=text(to, "phone_number"),
    )


def untold(said: Said, sent: Sent) -> list[str]:
    """Return the items to tell a parcel for: of each line as many as were sent, less those told."""
    items = {reference(item, "id"): item for item in parts(said, "line_items")}
    found: list[str] = []
    for line, units in sent.lines:
        of_line = [ref for ref in line.split(",") if ref in items]
        numbers = {ref: text(items[ref], "tracking_number") for ref in of_line}
        told = [ref for ref in of_line if numbers[ref] and numbers[ref] == sent.number]
        free = [ref for ref in of_line if not numbers[ref] and not _is_cancelled(items[ref])]
        if len(told) + len(free) < units:
            raise refusal("not-fulfillable")
        found += free[: max(0, units - len(told))]
    return found


def provider(told: Sequence[Said], carrier: str) -> str:
    """Return what TikTok calls a carrier. Raises ChannelRefusedError for one that it does not know."""
    named = {text(one, "name").casefold(): reference(one, "id") for one in told}
    wanted = carrier.casefold()
    near = [ref for name, ref in named.items() if name and (name in wanted or wanted in name)]
    if wanted not in named and not near:
        raise refusal("no-such-carrier")
    return named.get(wanted) or near[0]


def _state(said: Said) -> SoldState:
    state = _STATES.get(word(said, "status"))
    if state is None:
        raise GarbledError
    is_ours = text(said, "fulfillment_type") == _BY_SELLER
    return SoldState.SENT if state is SoldState.TO_SEND and not is_ours else state


def _lines(items: Sequence[Said], currency: str) -> tuple[SoldLine, ...]:
    """Return units of one SKU at one price as one line, which keeps what each unit is called there."""
    kept: dict[tuple[str, str, int, int], list[Said]] = {}
    for item in items:
        if _is_cancelled(item):
            continue
        if currency_of(item, "currency") != currency:
            raise GarbledError
        price, taxes = amount(item.get("sale_price"), currency), item.get("item_tax")
        tax = sum(_told(one, "tax_amount", currency) for one in parts(item, "item_tax")) if taxes else 0
        kept.setdefault((text(item, "seller_sku"), text(item, "sku_id"), price, tax), []).append(item)
    return tuple(
        SoldLine(
            ref=",".join(reference(unit, "id") for unit in units),
            sku=sku,
            title=text(units[0], "product_name"),
            quantity=len(units),
            total=price * len(units),
            tax=tax * len(units),
        )
        for (sku, _, price, tax), units in kept.items()
    )


def _is_cancelled(item: Said) -> bool:
    return text(item, "display_status") == "CANCELLED"


def _told(said: Said, name: str, currency: str) -> int:
    """Return a figure, nothing where none is told."""
    return amount(said[name], currency) if said.get(name) is not None and said[name] != "" else 0


def _place(to: Said, what: str) -> str:
    """Return the name of a part of the address, by its level or by what the level is called there."""
    level, *names = _LEVELS[what]
    districts = parts(to, "district_info") if "district_info" in to else []
    named = {text(one, "address_level_name").casefold(): text(one, "address_name") for one in districts}
    by_level = {text(one, "address_level"): text(one, "address_name") for one in districts}
    return next((named[name] for name in names if named.get(name)), by_level.get(level, ""))


def _unmasked(told: str) -> str:
    return "" if "*" in told else told
