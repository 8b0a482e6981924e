"""Amazon's Selling Partner API: orders, addresses by a token for that one address, stock, shipments.

Orders v0, tokens 2021-03-01 and listings items 2021-08-01, by Amazon's own models
(https://github.com/amzn/selling-partner-api-models). Without a restricted token it tells city, region,
postcode and country of an order at most; of these only country, region and the postcode's begin are kept.
The buyer is never asked for.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote, urlencode

from oms.channels.connectors import amazon_orders as orders
from oms.channels.connectors.passes import Pass, Passes
from oms.channels.connectors.reading import (
    MOST_BYTES,
    NOT_FOUND,
    SECONDS,
    Known,
    Said,
    call,
    moment,
    next_of,
    part,
    parts,
    readable,
    refusal,
    said_by,
    text,
    token,
    whole,
    word,
)
from oms.channels.connectors.wire import (
    Address,
    ChannelRefusedError,
    ForbiddenError,
    NotAllowedError,
    Rung,
    Sent,
    Shelf,
    Sold,
    Unread,
)
from oms.kernel import clock
from oms.kernel.http import Answer, Door

PARTY = "amazon"
_ORDERS = "/orders/v0/orders"
# `LastUpdatedAfter` is refused within the last two minutes.
_NOT_YET = timedelta(minutes=2)
# Login with Amazon says so in a 400 (RFC 6749, 5.2).
_REVOKED = ("invalid_grant", "invalid_client", "unauthorized_client", "access_denied")
# Of the carriers that Amazon knows by a code; another is told by its name.
_CARRIERS = ("DHL", "DPD", "FedEx", "GLS", "UPS", "USPS")


@dataclass(frozen=True)
class Client:
    """One seller's account in one marketplace."""

    door: Door
    passes: Passes = field(repr=False)
    seller: str
    marketplace: str

    def changed(self, since: datetime) -> Iterator[Sold | Unread]:
        """Give every order that changed since a moment, the oldest change first."""
        asked = {
            "MarketplaceIds": self.marketplace,
            "LastUpdatedAfter": _iso(min(since, clock.now() - _NOT_YET)),
        }
        known = Known("AmazonOrderId", "LastUpdateDate", moment, since)
        heads: list[orders.Head | Unread] = []
        for page in self._pages(_ORDERS, asked):
            heads += readable(parts(page, "Orders"), orders.head, known)
        heads.sort(key=lambda head: head.changed_at)
        for head in heads:
            yield from self._whole(head)

    def one(self, ref: str) -> Sold | None:
        """Return an order; None where there is none of this reference."""
        answer = self._ask("GET", f"{_ORDERS}/{quote(ref, safe='')}")
        if answer.status == NOT_FOUND:
            return None
        return self._sold(orders.head(part(said_by(answer), "payload")))

    def address(self, ref: str) -> Address:
        """Return where an order goes, by a token that opens this one address and nothing else."""
        path = f"{_ORDERS}/{quote(ref, safe='')}/address"
        wanted = {"restrictedResources": [{"method": "GET", "path": path}]}
        said = said_by(self._ask("POST", "/tokens/2021-03-01/restrictedDataToken", wanted))
        try:
            opened = call(self.door, "GET", path, x_amz_access_token=token(said, "restrictedDataToken"))
        except NotAllowedError:
            # Of this token alone: the one that asked for it was good.
            raise ForbiddenError from None
        return orders.address(part(said_by(opened), "payload"))

    def tell_stock(self, shelf: Shelf) -> None:
        """Set how many units of a listing can be sold."""
        path = f"/listings/2021-08-01/items/{quote(self.seller, safe='')}/{quote(shelf.sku, safe='')}"
        value = [{"fulfillment_channel_code": "DEFAULT", "quantity": shelf.units}]
        patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}
        said = said_by(
            self._ask(
                "PATCH",
                f"{path}?{urlencode({'marketplaceIds': self.marketplace})}",
                {"productType": "PRODUCT", "patches": [patch]},
            )
        )
        if word(said, "status") == "INVALID":
            issues = parts(said, "issues")
            raise refusal(text(issues[0], "code") if issues else "INVALID")

    def tell_sent(self, sent: Sent) -> None:
        """Confirm a parcel; Amazon knows it again by its number within the order, made of our key."""
        known = [code for code in _CARRIERS if code.casefold() == sent.carrier.casefold()]
        parcel = {
            "packageReferenceId": _number(sent.key),
            "carrierCode": known[0] if known else "Other",
            "carrierName": sent.carrier,
            "trackingNumber": sent.number,
            "shipDate": _iso(sent.at),
            "orderItems": [{"orderItemId": ref, "quantity": units} for ref, units in sent.lines],
        }
        body = {"marketplaceId": self.marketplace, "packageDetail": parcel}
        path = f"{_ORDERS}/{quote(sent.ref, safe='')}/shipmentConfirmation"
        if self._ask("POST", path, body).status == NOT_FOUND:
            raise refusal(NOT_FOUND)

    def rung(self, body: bytes, headers: dict[str, str]) -> Rung:  # noqa: ARG002 - as every connector
        """Refuse: Amazon sends no webhooks, it is asked."""
        raise ValueError("Amazon sends no webhooks")

    def _whole(self, head: orders.Head | Unread) -> Iterator[Sold | Unread]:
        """Give an order with its lines, or what is known of it where these cannot be read."""
        if isinstance(head, Unread):
            yield head
            return
        known = Known("AmazonOrderId", "LastUpdateDate", moment, head.changed_at)
        try:
            yield from readable([{"AmazonOrderId": head.ref}], lambda _: self._sold(head), known)
        except (ChannelRefusedError, ForbiddenError):
            # One order that Amazon does not show keeps no other from being told.
            yield Unread(head.ref, head.changed_at)

    def _sold(self, head: orders.Head) -> Sold:
        items: list[Said] = []
        if head.has_lines:
            for page in self._pages(f"{_ORDERS}/{head.ref}/orderItems", {}):
                items += parts(page, "OrderItems")
        return orders.sold(head, items)

    def _pages(self, path: str, asked: dict[str, str]) -> Iterator[Said]:
        more: str | None = ""
        while more is not None:
            query = urlencode({**asked, **({"NextToken": more} if more else {})})
            page = part(said_by(self._ask("GET", f"{path}?{query}" if query else path)), "payload")
            yield page
            more = next_of(page, "NextToken", more)

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        return self.passes.using(lambda value: call(self.door, method, path, body, x_amz_access_token=value))


def connect(account: Mapping[str, str]) -> Client:
    """Return a client for an account of the settings."""
    door = Door(PARTY, account["url"].rstrip("/"), SECONDS, MOST_BYTES)
    return Client(door, Passes(partial(_login, account)), account["seller"], account["marketplace"])


def _login(account: Mapping[str, str]) -> Pass:
    """Ask Login with Amazon for an access token (https://developer-docs.amazon.com/sp-api/docs/connect-to-the-sp-api)."""
    asked = {
        "grant_type": "refresh_token",
        "refresh_token": account["refresh_token"],
        "client_id": account["client_id"],
        "client_secret": account["client_secret"],
    }
    door = Door(PARTY, account["token_url"], SECONDS)
    try:
        answer = call(
            door, "POST", "", urlencode(asked).encode(), Content_Type="application/x-www-form-urlencoded"
        )
    except ChannelRefusedError as error:
        if any(code in error.message for code in _REVOKED):
            raise NotAllowedError from error
        raise
    said = said_by(answer)
    return Pass(token(said, "access_token"), clock.now() + timedelta(seconds=whole(said, "expires_in")))


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(key: str) -> str:
    """Return a positive number for a key: Amazon takes nothing else for a parcel."""
    return str(int.from_bytes(hashlib.sha256(key.encode()).digest()[:7]) + 1)
