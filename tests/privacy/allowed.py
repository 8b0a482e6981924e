"""What each party may be told: the lists that every request of the shop is held against, in any test."""

import html
import re
from collections.abc import Iterable, Mapping
from email.message import EmailMessage

from tests.privacy.wire import Told

PLACE = ("name", "lines", "locality", "region", "postal_code", "country")
LABEL = {
    "service",
    "reference",
    *(f"from.{name}" for name in PLACE),
    *(f"to.{name}" for name in PLACE),
    "parcel.grams",
}
CUSTOMS = {"contents", "currency"} | {
    f"lines.{name}" for name in ("description", "hs_code", "origin", "quantity", "value", "grams")
}
# What each party may be told at each of its addresses, by the keys of the request: these and no others.
CARRIER: dict[str, set[str]] = {
    "POST /v1/labels": LABEL | {"to.phone"} | {f"customs.{name}" for name in CUSTOMS},
    "GET /v1/labels": {"reference"},
    "POST /v1/labels/*/forget": set(),
    "POST /v1/labels/*/void": set(),
    "GET /v1/labels/*/pdf": set(),
    "GET /v1/tracking/*": set(),
}
STRIPE: dict[str, set[str]] = {
    "POST /v1/checkout/sessions": {
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "expires_at",
        "line_items[price_data][currency]",
        "line_items[price_data][product_data][name]",
        "line_items[price_data][unit_amount]",
        "line_items[quantity]",
        "locale",
        "metadata[payment]",
        "mode",
        "payment_intent_data[metadata][payment]",
        "success_url",
    },
    "GET /v1/checkout/sessions/*": {"expand"},
    "POST /v1/refunds": {"amount", "metadata[refund]", "payment_intent"},
    "GET /v1/payment_intents/*": set(),
    "POST /v1/charges/*": {"receipt_email"},
}
# By which it is asked how things stand, and told that a session is over: references, times and numbers.
LOOKED_UP: dict[str, set[str]] = {
    "GET /v1/checkout/sessions": {"created[gte]", "limit", "payment_intent", "starting_after"},
    "POST /v1/checkout/sessions/*/expire": set(),
    "GET /v1/refunds": {"created[gte]", "limit", "payment_intent", "starting_after"},
    "GET /v1/refunds/*": set(),
    "GET /v1/balance_transactions": {"limit", "source"},
}
TEXTS: dict[str, set[str]] = {"POST /v1/messages": {"phone", "text"}}
# Marketplaces are told keys, references, moments, units, and the number of a parcel.
SIGNED = {"app_key", "shop_cipher", "sign", "timestamp"}
PARCEL = ("packageReferenceId", "carrierCode", "carrierName", "trackingNumber", "shipDate")
FULFILLED = "fulfillment.line_items_by_fulfillment_order"
MARKETPLACES: dict[str, set[str]] = {
    "POST /amazon/auth/*/token": {"grant_type", "refresh_token", "client_id", "client_secret"},
    "GET /amazon/orders/*/orders": {"MarketplaceIds", "LastUpdatedAfter", "NextToken"},
    "GET /amazon/orders/*/orders/*": set(),
    "GET /amazon/orders/*/orders/*/orderItems": {"NextToken"},
    "GET /amazon/orders/*/orders/*/address": set(),
    "POST /amazon/orders/*/orders/*/shipmentConfirmation": {
        "marketplaceId",
        *(f"packageDetail.{name}" for name in PARCEL),
        *(f"packageDetail.orderItems.{name}" for name in ("orderItemId", "quantity")),
    },
    "POST /amazon/tokens/*/restrictedDataToken": {
        f"restrictedResources.{name}" for name in ("method", "path")
    },
    "PATCH /amazon/listings/*/items/*/*": {
        "marketplaceIds",
        "productType",
        *(f"patches.{name}" for name in ("op", "path")),
        *(f"patches.value.{name}" for name in ("fulfillment_channel_code", "quantity")),
    },
    "GET /shopify/admin/api/*/orders.json": {
        "fields",
        "limit",
        "order",
        "page_info",
        "status",
        "updated_at_min",
    },
    "GET /shopify/admin/api/*/orders/*.json": {"fields"},
    "GET /shopify/admin/api/*/orders/*/fulfillments.json": {"fields"},
    "GET /shopify/admin/api/*/orders/*/fulfillment_orders.json": set(),
    "POST /shopify/admin/api/*/fulfillments.json": {
        f"{FULFILLED}.fulfillment_order_id",
        *(f"{FULFILLED}.fulfillment_order_line_items.{name}" for name in ("id", "quantity")),
        *(f"fulfillment.tracking_info.{name}" for name in ("number", "company")),
        "fulfillment.notify_customer",
    },
    "POST /shopify/admin/api/*/inventory_levels/set.json": {"location_id", "inventory_item_id", "available"},
    "GET /tiktok/api/*/token/refresh": {"app_key", "app_secret", "grant_type", "refresh_token"},
    "POST /tiktok/order/*/orders/search": SIGNED
    | {"page_size", "page_token", "sort_field", "sort_order", "update_time_ge"},
    "GET /tiktok/order/*/orders": SIGNED | {"ids"},
    "GET /tiktok/logistics/*/*/*/*": SIGNED,
    "POST /tiktok/fulfillment/*/orders/*/packages": SIGNED
    | {"order_line_item_ids", "tracking_number", "shipping_provider_id"},
    "POST /tiktok/product/*/products/*/inventory/update": SIGNED
    | {"skus.id", "skus.inventory.warehouse_id", "skus.inventory.quantity"},
}
# What a mail may say of its reader beside the mailbox that it goes to: the declaration of a withdrawal.
NAMED = {"Your withdrawal from order *": {"name"}}
LISTS = {
    "stripe": STRIPE | LOOKED_UP,
    "carrier": CARRIER,
    "text service": TEXTS,
    "marketplaces": MARKETPLACES,
}
RECIPIENTS = (*LISTS, "mail service")
# The heads of a request. What Stripe's library says of itself is its version, the machine that it runs on,
# and how long its last request took.
HEADS = {
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "authorization",
    "idempotency-key",
    "stripe-version",
    "x-stripe-client-user-agent",
    "x-stripe-client-telemetry",
    "x-amz-access-token",
    "x-shopify-access-token",
    "x-tts-access-token",
}
# The heads of a mail, and the two lines of its envelope.
LETTER = {
    "return-path",
    "delivered-to",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "content-transfer-encoding",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "dkim-signature",
}
KNOWN = {"v1", "payment_intents", "balance_transactions", "inventory_levels"}
_ID = re.compile(r"[A-Za-z0-9_-]+")
_NUMBERED = re.compile(r"^[0-9]+(\.json)$")
# A SKU may be spelled with anything.
_SKU = re.compile(r"(/listings/\*/items/\*)/.+")


def place(told: Told) -> str:
    """Return method and path with every id as a star; what is no id, such as a mailbox, stays as it is."""
    known = (
        part if part.isalpha() or part in KNOWN or not _ID.fullmatch(part) else "*"
        for part in (_NUMBERED.sub(r"*\1", one) for one in told.path.split("/")[1:])
    )
    return _SKU.sub(r"\1/*", f"{told.method} /{'/'.join(known)}")


def strays(told: list[Told], allowed: dict[str, set[str]]) -> list[str]:
    """Return a line for each request to an address, or with a key, that is not on the list."""
    found = []
    for one in told:
        where = place(one)
        if where not in allowed:
            found.append(f"{where} is on no list")
        found += [f"{where}: {key} is on no list" for key in sorted(one.keys - allowed.get(where, set()))]
    return found


def stray_heads(heads: Iterable[str]) -> list[str]:
    """Return a line for each header of a request that is not on the list."""
    return [f"the header {head} is on no list" for head in heads if head not in HEADS]


def strays_of_letter(letter: EmailMessage) -> list[str]:
    """Return a line for each header that is not on the list, and for a mail of several readers."""
    found = [f"the header {head} is on no list" for head in letter if head.lower() not in LETTER]
    readers = letter.get_all("Delivered-To", [])
    if len(readers) != 1 or len(letter.get_all("To", [])) != 1 or "," in str(letter["To"]):
        found.append("more than one reader")
    return found


def said_too_much(letter: EmailMessage, values: Mapping[str, str]) -> list[str]:
    """Return a line for each of these values that a mail holds, in its head or in its body."""
    parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    said = html.unescape("\n".join([str(letter["Subject"]), *parts]))
    flat = " ".join(said.split())
    found = {name for value, name in values.items() if " ".join(value.split()) in flat}
    return [f"“{letter['Subject']}” holds {name}" for name in sorted(found)]
