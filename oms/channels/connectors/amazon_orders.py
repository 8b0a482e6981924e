"""Orders, lines and addresses as Amazon tells them, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from oms.channels.connectors.places import region_of
from oms.channels.connectors.reading import (
    GarbledError,
    Said,
    amount,
    collected_there,
    country_of,
    currency_of,
    moment,
    part,
    prefix_of,
    reference,
    refusal,
    text,
    whole,
    word,
)
from oms.channels.connectors.wire import Address, Sold, SoldLine
from oms.channels.states import SoldState

# Marketplaces whose prices are without tax: the US and Canada
# (https://developer-docs.amazon.com/sp-api/docs/marketplace-ids); elsewhere prices are shown with it.
_WITHOUT_TAX = frozenset({"ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"})
_STATES = {
    "Pending": SoldState.PENDING,
    "PendingAvailability": SoldState.PENDING,
    "Unshipped": SoldState.TO_SEND,
    # What somebody sent in part is theirs to finish: taken whole it would be sent twice.
    "PartiallyShipped": SoldState.PENDING,
    "InvoiceUnconfirmed": SoldState.SENT,
    "Shipped": SoldState.SENT,
    "Canceled": SoldState.CANCELLED,
    "Unfulfillable": SoldState.CANCELLED,
}
_BY_AMAZON = "AFN"


@dataclass(frozen=True, slots=True)
class Head:
    """An order without its lines: what is kept of what Amazon tells of it."""

    ref: str
    state: SoldState
    changed_at: datetime
    placed_at: datetime
    marketplace: str
    country: str
    region: str
    postcode_prefix: str

    @property
    def has_lines(self) -> bool:
        """Say whether its lines are told with prices, and matter to us."""
        return self.state in {SoldState.TO_SEND, SoldState.SENT}


def head(said: Said) -> Head:
    """Return an order without its lines; of what is for us to send the country must be told."""
    state = _STATES.get(word(said, "OrderStatus"))
    if state is None:
        raise GarbledError
    if text(said, "FulfillmentChannel") == _BY_AMAZON and state is SoldState.TO_SEND:
        state = SoldState.PENDING
    to = part(said, "ShippingAddress") if said.get("ShippingAddress") is not None else {}
    country = country_of(to, "CountryCode")
    if state is SoldState.TO_SEND and not country:
        raise GarbledError
    return Head(
        ref=reference(said, "AmazonOrderId"),
        state=state,
        changed_at=moment(said, "LastUpdateDate"),
        placed_at=moment(said, "PurchaseDate"),
        marketplace=text(said, "MarketplaceId"),
        country=country,
        region=region_of(country, text(to, "StateOrRegion")),
        postcode_prefix=prefix_of(to, "PostalCode"),
    )


def sold(told: Head, items: Sequence[Said]) -> Sold:
    """Return an order with its lines; an item of which nothing is left is none."""
    items = [item for item in items if whole(item, "QuantityOrdered")]
    currency = currency_of(part(items[0], "ItemPrice"), "CurrencyCode") if items else ""
    if told.has_lines and not items and told.state is SoldState.TO_SEND:
        raise GarbledError
    read = Sold(
        ref=told.ref,
        state=told.state,
        changed_at=told.changed_at,
        placed_at=told.placed_at,
        currency=currency,
        country=told.country,
        tax_included=told.marketplace not in _WITHOUT_TAX,
        lines=tuple(_line(item, currency) for item in items),
        delivery=sum(_net(item, "ShippingPrice", "ShippingDiscount", currency) for item in items),
        delivery_tax=sum(_net(item, "ShippingTax", "ShippingDiscountTax", currency) for item in items),
        region=told.region,
        postcode_prefix=told.postcode_prefix,
    )
    collected = [_is_collected(item) for item in items]
    if not any(collected):
        return read
    if any(line.tax for line, there in zip(read.lines, collected, strict=True) if not there):
        raise GarbledError  # half of its tax would be ours, and nothing says which
    return collected_there(read)


def address(said: Said) -> Address:
    """Return where an order goes."""
    to = said.get("ShippingAddress")
    if not isinstance(to, dict):
        raise refusal("no-address")
    lines = [text(to, f"AddressLine{number}") for number in (1, 2, 3)]
    town = [text(to, name) for name in ("City", "Municipality", "District", "County")]
    return Address(
        name=word(to, "Name"),
        street=", ".join(filter(None, [text(to, "CompanyName"), *lines])),
        city=next(filter(None, town), ""),
        postcode=text(to, "PostalCode"),
        region=text(to, "StateOrRegion"),
        country=country_of(to, "CountryCode"),
        phone=text(to, "Phone"),
    )


def _line(item: Said, currency: str) -> SoldLine:
    return SoldLine(
        ref=reference(item, "OrderItemId"),
        sku=text(item, "SellerSKU"),
        title=text(item, "Title"),
        quantity=whole(item, "QuantityOrdered"),
        total=_net(item, "ItemPrice", "PromotionDiscount", currency),
        tax=_net(item, "ItemTax", "PromotionDiscountTax", currency),
    )


def _net(item: Said, name: str, less: str, currency: str) -> int:
    """Return a figure less its discount; none may go below nothing."""
    left = _money(item, name, currency) - _money(item, less, currency)
    if left < 0:
        raise GarbledError
    return left


def _money(item: Said, name: str, currency: str) -> int:
    if item.get(name) is None:
        return 0
    told = part(item, name)
    if currency_of(told, "CurrencyCode") != currency:
        raise GarbledError
    return amount(told.get("Amount"), currency)


def _is_collected(item: Said) -> bool:
    """Say whether Amazon owes the tax: as facilitator in the US, or as deemed reseller in the EU and UK."""
    told = item.get("TaxCollection")
    facilitated = isinstance(told, dict) and told.get("Model") == "MarketplaceFacilitator"
    return facilitated or bool(item.get("DeemedResellerCategory"))
