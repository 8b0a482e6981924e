"""Orders as marketplaces tell them, made of one plain description, with all that they tell unasked.

`raw` gives the JSON of a marketplace in the shape of what was recorded there; `EXTRAS` are things about the
buyer that it holds beside name and address: none of them may ever be found at our side.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from oms.channels.states import SoldState
from tests.fakes import MARKET_ACCOUNTS, Party

Json = dict[str, Any]
MARKETS = ("amazon", "shopify", "tiktok")
CODES = dict(zip(MARKETS, MARKET_ACCOUNTS(""), strict=True))
# More than twenty things about a buyer, each to be known again wherever it turns up.
EXTRAS = {
    "email": "marta.q7@buyers.example",
    "relay": "q7relay8841@marketplace.example",
    "ip": "203.0.113.77",
    "user agent": "Mozilla/5.0 (Canary; q7) Gecko",
    "note": "Please ring twice q7, my dog barks",
    "gift message": "Happy birthday dear q7 from Olaf",
    "landing page": "/pens?utm_campaign=q7retarget",
    "referrer": "https://search.example/?q=q7present",
    "latitude": "53.550341",
    "longitude": "9.992196",
    "tax id": "DE811907q70",
    "company": "Q7 Quillwright GmbH",
    "purchase order": "PO-q7-5521",
    "engraving": "M.Q. forever q7",
    "birthday": "1984-07-q7",
    "customer id": "7496200873847q7",
    "browser session": "sess-q7-a1b2c3",
    "cart token": "cart-q7-68778783",
    "card digits": "q7-4242",
    "accept language": "de-q7,de;q=0.9",
    "second phone": "+49 40 7777 q7",
    "billing name": "Marta Q7-Quill",
    "billing street": "Nebenstr. q7 12",
    "loyalty": "gold-q7",
    "cancel reason": "Found it cheaper q7",
    "delivery note": "Behind the blue q7 door",
}


# Free text at most marketplaces: the buyer's own words, which belong into the sealed address alone.
FREE_REGION = "bei Quillmeier Hinterhaus 3"
_PLACES = ("name", "street", "city", "postcode", "region", "phone")


@dataclass(frozen=True)
class Person:
    """Who bought, as the address says."""

    name: str = "Marta Quillmeier"
    street: str = "Elbchaussee 187"
    city: str = "Hamburg-Othmarschen"
    postcode: str = "22605"
    country: str = "DE"
    phone: str = "+49 40 55501234"
    region: str = ""


@dataclass(frozen=True)
class Item:
    """Units of a SKU: what one costs, and the tax of all of them, in minor units."""

    sku: str
    quantity: int = 1
    price: int = 1190
    tax: int = 0
    discount: int = 0


@dataclass(frozen=True)
class Deal:
    """An order at a marketplace, figures in minor units of a currency with two decimals."""

    number: int
    items: tuple[Item, ...] = (Item("PEN-01"),)
    state: SoldState = SoldState.TO_SEND
    person: Person = field(default_factory=Person)
    at: datetime = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    currency: str = "EUR"
    delivery: int = 490
    delivery_tax: int = 0
    tax_included: bool = True

    @property
    def placed(self) -> datetime:
        """When it was placed: an hour before it changed."""
        return self.at - timedelta(hours=1)

    @property
    def total(self) -> int:
        """What the buyer pays."""
        goods = sum(one.price * one.quantity - one.discount for one in self.items) + self.delivery
        tax = sum(one.tax for one in self.items) + self.delivery_tax
        return goods + (0 if self.tax_included else tax)

    def values(self) -> dict[str, str]:
        """Return everything about its person that must not be kept, by what it is."""
        named = {name: getattr(self.person, name) for name in _PLACES}
        return {**EXTRAS, **{name: value for name, value in named.items() if value}}


def ref_of(market: str, number: int) -> str:
    """Return what a marketplace calls an order."""
    return {
        "amazon": f"902-{3_000_000 + number}-1390916",
        "shopify": str(4_507_894_690_000 + number),
        "tiktok": str(580_193_230_867_950_000 + number),
    }[market]


def listing_ref(market: str, sku: str) -> str:
    """Return what a marketplace calls the listing of a SKU, where that is not the SKU itself."""
    digits = int(hashlib.sha256(sku.encode()).hexdigest()[:10], 16)
    return {"amazon": "", "shopify": str(digits), "tiktok": f"17314{digits}:17315{digits}"}[market]


def raw(market: str, deal: Deal) -> Json:
    """Return an order as a marketplace tells it."""
    makers: dict[str, Callable[[Deal], Json]] = {"amazon": _amazon, "shopify": _shopify, "tiktok": _tiktok}
    return makers[market](deal)


def put(party: Party, market: str, deal: Deal, **laid: object) -> str:
    """Have a marketplace know an order, with fields laid over it; returns its reference there."""
    return str(party.post(f"markets/{market}/orders", **{**raw(market, deal), **laid})["ref"])


def _decimal(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(sku: str, index: int) -> str:
    return str(68_828_574_000_000 + int(hashlib.sha256(sku.encode()).hexdigest()[:6], 16) * 10 + index)


def _amazon(deal: Deal) -> Json:
    def money(minor: int) -> Json:
        return {"CurrencyCode": deal.currency, "Amount": _decimal(minor)}

    def item(index: int, one: Item) -> Json:
        told: Json = {
            "ASIN": "BT0093TELA",
            "OrderItemId": _number(one.sku, index),
            "SellerSKU": one.sku,
            "Title": f"The {one.sku}",
            "QuantityOrdered": one.quantity,
            "QuantityShipped": 0,
            "IsGift": "true",
            "BuyerRequestedCancel": {
                "IsBuyerRequestedCancel": "false",
                "BuyerCancelReason": EXTRAS["cancel reason"],
            },
            "BuyerInfo": {
                "GiftMessageText": EXTRAS["gift message"],
                "BuyerCustomizedInfo": {"CustomizedURL": f"https://zme.example/{EXTRAS['engraving']}"},
            },
        }
        if deal.state is not SoldState.PENDING:
            first = index == 0
            told |= {
                "ItemPrice": money(one.price * one.quantity),
                "ItemTax": money(one.tax),
                "PromotionDiscount": money(one.discount),
                "ShippingPrice": money(deal.delivery if first else 0),
                "ShippingTax": money(deal.delivery_tax if first else 0),
            }
        return told

    states = {
        SoldState.PENDING: "Pending",
        SoldState.TO_SEND: "Unshipped",
        SoldState.SENT: "Shipped",
        SoldState.CANCELLED: "Canceled",
    }
    person = deal.person
    return {
        "AmazonOrderId": ref_of("amazon", deal.number),
        "PurchaseDate": _iso(deal.placed),
        "LastUpdateDate": _iso(deal.at),
        "OrderStatus": states[deal.state],
        "FulfillmentChannel": "MFN",
        "SalesChannel": "Amazon.de",
        "OrderTotal": money(deal.total),
        "MarketplaceId": MARKET_ACCOUNTS("")["amazon-eu"]["marketplace"],
        "ShipServiceLevel": "Std DE Dom",
        "IsBusinessOrder": True,
        "ShippingAddress": {
            "Name": person.name,
            "CompanyName": EXTRAS["company"],
            "AddressLine1": person.street,
            "City": person.city,
            "StateOrRegion": person.region,
            "PostalCode": person.postcode,
            "CountryCode": person.country,
            "Phone": person.phone,
            "ExtendedFields": {
                "GeoCoordinates": {"Latitude": EXTRAS["latitude"], "Longitude": EXTRAS["longitude"]}
            },
        },
        "BuyerInfo": {
            "BuyerEmail": EXTRAS["relay"],
            "BuyerName": EXTRAS["billing name"],
            "BuyerCounty": EXTRAS["birthday"],
            "BuyerTaxInfo": {
                "CompanyLegalName": EXTRAS["company"],
                "TaxClassifications": [{"Name": "VATNumber", "Value": EXTRAS["tax id"]}],
            },
            "PurchaseOrderNumber": EXTRAS["purchase order"],
        },
        "SellerNote": EXTRAS["note"],
        "OrderItems": [item(index, one) for index, one in enumerate(deal.items)],
    }


def _shopify(deal: Deal) -> Json:
    person = deal.person
    first, _, last = person.name.partition(" ")

    def taxed(minor: int) -> list[Json]:
        return [{"title": "VAT", "rate": 0.19, "price": _decimal(minor), "channel_liable": False}]

    def item(index: int, one: Item) -> Json:
        return {
            "id": int(_number(one.sku, index)),
            "sku": one.sku,
            "title": f"The {one.sku}",
            "variant_title": None,
            "quantity": one.quantity,
            "current_quantity": one.quantity,
            "price": _decimal(one.price),
            "tax_lines": taxed(one.tax),
            "discount_allocations": [{"amount": _decimal(one.discount), "discount_application_index": 0}],
            "properties": [{"name": "Engraving", "value": EXTRAS["engraving"]}],
            "requires_shipping": True,
        }

    address = {
        "first_name": first,
        "last_name": last,
        "name": person.name,
        "company": None,
        "address1": person.street,
        "address2": "",
        "city": person.city,
        "province": person.region,
        "province_code": person.region or None,
        "zip": person.postcode,
        "country": "Germany",
        "country_code": person.country,
        "phone": person.phone,
        "latitude": float(EXTRAS["latitude"]),
        "longitude": float(EXTRAS["longitude"]),
    }
    billing = {**address, "name": EXTRAS["billing name"], "address1": EXTRAS["billing street"]}
    paid = "pending" if deal.state is SoldState.PENDING else "paid"
    return {
        "id": int(ref_of("shopify", deal.number)),
        "created_at": deal.placed.isoformat(),
        "updated_at": deal.at.isoformat(),
        "cancelled_at": deal.at.isoformat() if deal.state is SoldState.CANCELLED else None,
        "financial_status": paid,
        "fulfillment_status": "fulfilled" if deal.state is SoldState.SENT else None,
        "currency": deal.currency,
        "taxes_included": deal.tax_included,
        "total_price": _decimal(deal.total),
        "line_items": [item(index, one) for index, one in enumerate(deal.items)],
        "shipping_lines": [
            {
                "id": 271_878_346,
                "title": "Post",
                "price": _decimal(deal.delivery),
                "phone": EXTRAS["second phone"],
                "tax_lines": taxed(deal.delivery_tax),
            }
        ],
        "shipping_address": address,
        "billing_address": billing,
        "email": EXTRAS["email"],
        "contact_email": EXTRAS["email"],
        "phone": EXTRAS["second phone"],
        "browser_ip": EXTRAS["ip"],
        "note": EXTRAS["note"],
        "note_attributes": [
            {"name": "birthday", "value": EXTRAS["birthday"]},
            {"name": "delivery", "value": EXTRAS["delivery note"]},
        ],
        "landing_site": EXTRAS["landing page"],
        "referring_site": EXTRAS["referrer"],
        "cart_token": EXTRAS["cart token"],
        "tags": EXTRAS["loyalty"],
        "po_number": EXTRAS["purchase order"],
        "client_details": {
            "browser_ip": EXTRAS["ip"],
            "user_agent": EXTRAS["user agent"],
            "accept_language": EXTRAS["accept language"],
            "session_hash": EXTRAS["browser session"],
        },
        "payment_details": {"credit_card_number": EXTRAS["card digits"]},
        "customer": {
            "id": EXTRAS["customer id"],
            "email": EXTRAS["email"],
            "first_name": first,
            "note": EXTRAS["gift message"],
            "tax_exemptions": [EXTRAS["tax id"]],
            "default_address": billing,
        },
    }


def _tiktok(deal: Deal) -> Json:
    states = {
        SoldState.PENDING: "UNPAID",
        SoldState.TO_SEND: "AWAITING_SHIPMENT",
        SoldState.SENT: "IN_TRANSIT",
        SoldState.CANCELLED: "CANCELLED",
    }
    person = deal.person
    first, _, last = person.name.partition(" ")

    def unit(item: Item, index: int) -> Json:
        product, _, sku = listing_ref("tiktok", item.sku).partition(":")
        off = item.discount // item.quantity
        return {
            "id": _number(item.sku, index),
            "product_id": product,
            "sku_id": sku,
            "seller_sku": item.sku,
            "product_name": f"The {item.sku}",
            "sku_name": "Default",
            "currency": deal.currency,
            "original_price": _decimal(item.price),
            "sale_price": _decimal(item.price - off),
            "seller_discount": _decimal(off),
            "platform_discount": "0",
            "display_status": states[deal.state],
            "is_gift": False,
            "gift_message": EXTRAS["gift message"],
            "item_tax": [{"tax_type": "VAT", "tax_amount": _decimal(item.tax // item.quantity)}],
        }

    return {
        "id": ref_of("tiktok", deal.number),
        "status": states[deal.state],
        "create_time": int(deal.placed.timestamp()),
        "update_time": int(deal.at.timestamp()),
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_type": "SELLER",
        "delivery_option_id": "6956553057215710977",
        "warehouse_id": "7498560733279340293",
        "user_id": EXTRAS["customer id"],
        "buyer_email": EXTRAS["relay"],
        "buyer_message": EXTRAS["note"],
        "buyer_nickname": EXTRAS["loyalty"],
        "cpf": EXTRAS["tax id"],
        "cpf_name": EXTRAS["billing name"],
        "seller_note": EXTRAS["delivery note"],
        "cancel_reason": EXTRAS["cancel reason"],
        "payment_method_name": EXTRAS["card digits"],
        "line_items": [unit(item, index) for item in deal.items for index in range(item.quantity)],
        "payment": {
            "currency": deal.currency,
            "sub_total": _decimal(deal.total - deal.delivery),
            "shipping_fee": _decimal(deal.delivery),
            "shipping_fee_tax": _decimal(deal.delivery_tax),
            "total_amount": _decimal(deal.total),
            "tax": "0",
        },
        "recipient_address": {
            "name": person.name,
            "first_name": first,
            "last_name": last,
            "phone_number": person.phone,
            "address_detail": person.street,
            "address_line1": person.street,
            "address_line2": "",
            "full_address": f"{person.country}, {person.city}, {person.street}",
            "postal_code": person.postcode,
            "region_code": person.country,
            "district_info": [
                {"address_level": "L0", "address_level_name": "Country", "address_name": person.country},
                {"address_level": "L1", "address_level_name": "State", "address_name": person.region},
                {"address_level": "L2", "address_level_name": "City", "address_name": person.city},
            ],
            "delivery_preferences": {"drop_off_location": EXTRAS["delivery note"]},
            "geo": {"lat": EXTRAS["latitude"], "lng": EXTRAS["longitude"]},
        },
    }
