"""Shopify's Admin API (REST, 2025-01): orders, stock and shipments of a shop of ours there.

`fields` leaves out every field that holds a person and that can be left out. Shopify cuts nothing inside
`shipping_address`, though, and tax needs its country: it is asked for with each order, and all but country,
region and the postcode's begin is dropped as the answer is read.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from oms.channels.connectors import shopify_orders as orders
from oms.channels.connectors.reading import (
    MOST_BYTES,
    NOT_FOUND,
    SECONDS,
    GarbledError,
    Known,
    call,
    moment,
    part,
    parts,
    readable,
    reference,
    refusal,
    said_by,
    word,
)
from oms.channels.connectors.wire import Address, Rung, Sent, Shelf, Sold, Unread
from oms.kernel.http import Answer, Door

PARTY = "shopify"
_API = "/admin/api/2025-01"
_PAGE = 250
_FIELDS = (
    "id,created_at,updated_at,cancelled_at,financial_status,fulfillment_status,currency,taxes_included,"
    "tax_exempt,line_items,shipping_lines,shipping_address"
)


@dataclass(frozen=True)
class Client:
    """One shop at Shopify, opened by its token."""

    door: Door
    token: str = field(repr=False)
    secret: str = field(repr=False)
    location: str

    def changed(self, since: datetime) -> Iterator[Sold | Unread]:
        """Give every order that changed since a moment, the oldest change first."""
        asked = {
            "status": "any",
            "updated_at_min": since.astimezone(UTC).isoformat(),
            "order": "updated_at asc",
        }
        known = Known("id", "updated_at", moment, since)
        more: str | None = ""
        while more is not None:
            # With the place of a page nothing else may be asked
            # (https://shopify.dev/docs/api/admin-rest/usage/pagination).
            query = urlencode({**({"page_info": more} if more else asked), "limit": _PAGE, "fields": _FIELDS})
            answer = self._ask("GET", f"/orders.json?{query}")
            yield from readable(parts(said_by(answer), "orders"), orders.sold, known)
            more = _next(answer, more)

    def one(self, ref: str) -> Sold | None:
        """Return an order; None where there is none of this reference."""
        answer = self._ask("GET", f"{_order(ref)}.json?{urlencode({'fields': _FIELDS})}")
        return None if answer.status == NOT_FOUND else orders.sold(part(said_by(answer), "order"))

    def address(self, ref: str) -> Address:
        """Return where an order goes; of the order nothing else is asked."""
        answer = self._ask("GET", f"{_order(ref)}.json?fields=id,shipping_address")
        return orders.address(part(said_by(answer), "order"))

    def tell_stock(self, shelf: Shelf) -> None:
        """Set how many units of an item there are at our location."""
        if not shelf.ref.isdecimal():
            raise refusal("no-inventory-item")
        level = {
            "location_id": int(self.location),
            "inventory_item_id": int(shelf.ref),
            "available": shelf.units,
        }
        said_by(self._ask("POST", "/inventory_levels/set.json", level))

    def tell_sent(self, sent: Sent) -> None:
        """Fulfill what a parcel holds and have the buyer told; what is told already is not told again.

        Shopify answers with the buyer's address beside the open lines; it is dropped as the answer is read.
        """
        told = self._ask("GET", f"{_order(sent.ref)}/fulfillments.json?fields=id,status,tracking_numbers")
        if any(orders.tells_of(one, sent.number) for one in parts(said_by(told), "fulfillments")):
            return
        opened = self._ask("GET", f"{_order(sent.ref)}/fulfillment_orders.json")
        chosen = orders.chosen(parts(said_by(opened), "fulfillment_orders"), dict(sent.lines))
        if chosen is None:
            if sent.number:
                raise refusal("not-fulfillable")
            return
        tracking = (
            {"number": sent.number, "company": sent.carrier} if sent.number else {"company": sent.carrier}
        )
        told_now = {
            "line_items_by_fulfillment_order": chosen,
            "tracking_info": tracking,
            "notify_customer": True,
        }
        said_by(self._ask("POST", "/fulfillments.json", {"fulfillment": told_now}))

    def rung(self, body: bytes, headers: dict[str, str]) -> Rung:
        """Return what a webhook says. Raises ValueError where Shopify did not sign it.

        See https://shopify.dev/docs/apps/build/webhooks/subscribe/https.
        """
        mark = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        if not hmac.compare_digest(mark, _bytes(headers.get("x-shopify-hmac-sha256", ""))):
            raise ValueError("not signed by this shop")
        try:
            topic = word(headers, "x-shopify-topic")
            return Rung(
                event_id=reference(headers, "x-shopify-webhook-id"),
                type=orders.meant(topic),
                refs=orders.refs(topic, json.loads(body), urlsplit(self.door.base).hostname or ""),
                at=moment(headers, "x-shopify-triggered-at"),
            )
        except (GarbledError, ValueError, AttributeError) as error:
            raise ValueError("no webhook of an order") from error

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        return call(self.door, method, f"{_API}{path}", body, X_Shopify_Access_Token=self.token)


def connect(account: Mapping[str, str]) -> Client:
    """Return a client for an account of the settings."""
    door = Door(PARTY, account["url"].rstrip("/"), SECONDS, MOST_BYTES)
    return Client(door, account["token"], account["secret"], account["location"])


def _order(ref: str) -> str:
    return f"/orders/{quote(ref, safe='')}"


def _next(answer: Answer, last: str) -> str | None:
    """Return the place of the next page from the Link header; the address itself is never followed."""
    for link in answer.headers.get("link", "").split(","):
        address, _, relation = link.partition(";")
        if relation.strip() == 'rel="next"':
            found = parse_qs(urlsplit(address.strip(" <>")).query).get("page_info", [""])[0]
            if not found or found == last:
                raise GarbledError
            return found
    return None


def _bytes(mark: str) -> bytes:
    try:
        return base64.b64decode(mark, validate=True)
    except (binascii.Error, ValueError):
        return b""
