"""TikTok Shop's Partner API, version 202309: orders, addresses, stock, parcels, signed both ways.

Every request is signed (https://partner.tiktokshop.com/docv2/page/sign-your-api-request). An order comes
with its address whatever is asked: outside `address` only country, region and the postcode's begin are read
of it, the rest is dropped as the answer is read.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlencode

from oms.channels.connectors import tiktok_orders as orders
from oms.channels.connectors.passes import Pass, Passes
from oms.channels.connectors.reading import (
    MOST_BYTES,
    NOT_IN,
    NOT_THIS,
    SECONDS,
    GarbledError,
    Known,
    Said,
    ask,
    next_of,
    part,
    parts,
    readable,
    reference,
    refusal,
    said_by,
    second,
    text,
    token,
    whole,
)
from oms.channels.connectors.wire import (
    Address,
    ForbiddenError,
    NotAllowedError,
    Rung,
    Sent,
    Shelf,
    Sold,
    Unread,
)
from oms.kernel import clock
from oms.kernel.errors import UnavailableError
from oms.kernel.http import Answer, Door

PARTY = "tiktok"
_PAGE = 100
# Codes of passes that are not good (any more), a scope that the app lacks, signatures, which are of their
# moment too; those of too many calls, or of TikTok's own troubles
# (https://partner.tiktokshop.com/docv2/page/common-errors).
_PASSES, _SCOPE, _SIGNATURES = range(105_000, 106_000), 105_005, range(106_000, 107_000)
_BUSY = frozenset({36009003, 36009008, 98001001})


@dataclass(frozen=True)
class Client:
    """One shop on TikTok, opened by an app's key and the shop's own permission."""

    door: Door
    passes: Passes = field(repr=False)
    key: str
    secret: str = field(repr=False)
    shop: str = field(repr=False)
    warehouse: str

    def changed(self, since: datetime) -> Iterator[Sold | Unread]:
        """Give every order that changed since a moment, the oldest change first."""
        wanted = {"update_time_ge": int(since.timestamp())}
        asked = {"page_size": str(_PAGE), "sort_field": "update_time", "sort_order": "ASC"}
        known = Known("id", "update_time", second, since)
        more: str | None = ""
        while more is not None:
            query = {**asked, **({"page_token": more} if more else {})}
            page = self._ask("POST", "/order/202309/orders/search", query, wanted)
            yield from readable(parts(page, "orders") if "orders" in page else [], orders.sold, known)
            more = next_of(page, "next_page_token", more)

    def one(self, ref: str) -> Sold | None:
        """Return an order; None where there is none of this reference."""
        found = self._find(ref)
        return orders.sold(found) if found is not None else None

    def address(self, ref: str) -> Address:
        """Return where an order goes; what TikTok shows with asterisks only is refused."""
        found = self._find(ref)
        if found is None:
            raise refusal("no-order")
        return orders.address(found)

    def tell_stock(self, shelf: Shelf) -> None:
        """Set how many units of a SKU there are in our warehouse; `ref` is `product:sku`."""
        product, _, sku = shelf.ref.partition(":")
        if not product.isdecimal() or not sku.isdecimal():
            raise refusal("no-product")
        held = [{"warehouse_id": self.warehouse, "quantity": shelf.units}]
        path = f"/product/202309/products/{product}/inventory/update"
        self._ask("POST", path, {}, {"skus": [{"id": sku, "inventory": held}]})

    def tell_sent(self, sent: Sent) -> None:
        """Mark units as sent by a carrier of ours; what bears the parcel's number already is not told again.

        "Mark Package As Shipped" (https://partner.tiktokshop.com/docv2/page/mark-package-as-shipped) is for
        who sends with carriers of their own, as we do.
        """
        found = self._find(sent.ref)
        if found is None:
            raise refusal("no-order")
        units = orders.untold(found, sent)
        if not units:
            return
        option = reference(found, "delivery_option_id")
        path = f"/logistics/202309/delivery_options/{option}/shipping_providers"
        carrier = orders.provider(parts(self._ask("GET", path), "shipping_providers"), sent.carrier)
        told = {
            "order_line_item_ids": units,
            "tracking_number": sent.number,
            "shipping_provider_id": carrier,
        }
        self._ask("POST", f"/fulfillment/202309/orders/{quote(sent.ref, safe='')}/packages", {}, told)

    def rung(self, body: bytes, headers: dict[str, str]) -> Rung:
        """Return what a webhook says. Raises ValueError where TikTok did not sign it.

        See https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview. What has no number of its own is
        known by what it says.
        """
        mark = hmac.new(self.secret.encode(), self.key.encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(mark.encode(), headers.get("authorization", "").lower().encode()):
            raise ValueError("not signed for this app")
        try:
            said = json.loads(body)
            about = part(said, "data")
            return Rung(
                event_id=text(said, "tts_notification_id") or hashlib.sha256(body).hexdigest()[:32],
                type=reference(said, "type"),
                refs=(reference(about, "order_id"),) if "order_id" in about else (),
                at=second(said, "timestamp"),
            )
        except (GarbledError, ValueError, AttributeError) as error:
            raise ValueError("no webhook of a shop") from error

    def _find(self, ref: str) -> Said | None:
        data = self._ask("GET", "/order/202309/orders", {"ids": ref})
        found = parts(data, "orders") if "orders" in data else []
        return next((one for one in found if one.get("id") == ref), None)

    def _ask(
        self, method: str, path: str, query: Mapping[str, str] | None = None, sent: object = None
    ) -> Said:
        body = json.dumps(sent, separators=(",", ":")).encode() if sent is not None else b""
        known = {
            "app_key": self.key,
            "shop_cipher": self.shop,
            "timestamp": str(int(clock.now().timestamp())),
        }
        asked = {**(query or {}), **known}
        asked["sign"] = signature(self.secret, path, asked, body)
        target = f"{path}?{urlencode(asked)}"
        given = {"Content_Type": "application/json"}
        return self.passes.using(
            lambda value: _data(
                ask(self.door, method, target, body or None, x_tts_access_token=value, **given)
            )
        )


def connect(account: Mapping[str, str]) -> Client:
    """Return a client for an account of the settings."""
    return Client(
        Door(PARTY, account["url"].rstrip("/"), SECONDS, MOST_BYTES),
        Passes(partial(_login, account)),
        account["app_key"],
        account["app_secret"],
        account["shop_cipher"],
        account["warehouse"],
    )


def signature(secret: str, path: str, asked: Mapping[str, str], body: bytes) -> str:
    """Return the signature of a request: of its path, its parameters in order, and its body."""
    named = "".join(f"{name}{asked[name]}" for name in sorted(asked) if name not in {"sign", "access_token"})
    signed = f"{secret}{path}{named}".encode() + body + secret.encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _data(answer: Answer) -> Said:
    """Return what an answer holds; TikTok's own code says whether it is good, not HTTP's alone."""
    said = said_by(answer)
    code = whole(said, "code")
    if code == _SCOPE:
        raise ForbiddenError
    if code in _PASSES:
        raise NotAllowedError
    if code in _SIGNATURES:
        raise UnavailableError(
            "The marketplace takes no signature of ours: see the app's secret and the clock."
        )
    if answer.status in {NOT_IN, NOT_THIS}:
        raise ForbiddenError
    if code in _BUSY:
        raise UnavailableError("The marketplace cannot answer now. It is asked again.")
    if code or not answer.is_good:
        raise refusal(code or answer.status)
    data = said.get("data")
    held = data if isinstance(data, dict) else {}
    # Some calls answer 0 and refuse single things inside.
    if isinstance(errors := held.get("errors"), list) and errors:
        raise refusal(errors[0].get("code") if isinstance(errors[0], dict) else "unknown")
    return held


def _login(account: Mapping[str, str]) -> Pass:
    """Ask for an access token (https://partner.tiktokshop.com/docv2/page/authorization-overview-202407)."""
    asked = {
        "app_key": account["app_key"],
        "app_secret": account["app_secret"],
        "refresh_token": account["refresh_token"],
        "grant_type": "refresh_token",
    }
    told = _data(ask(Door(PARTY, account["token_url"], SECONDS), "GET", f"?{urlencode(asked)}"))
    return Pass(token(told, "access_token"), second(told, "access_token_expire_in"))
