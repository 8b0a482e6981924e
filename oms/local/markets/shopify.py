"""Shopify's Admin API as the stand-in plays it: orders, fulfillments, stock; REST, 2025-01."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from oms.local.markets.market import Asked, Market, same
from oms.local.outside.envelope import Refusal
from oms.local.outside.work import Json, Search, Work

_LISTED = "status updated_at_min order limit fields page_info"


class Shopify(Market):
    """A shop at Shopify, opened by an access token."""

    name: ClassVar[str] = "shopify"
    key: ClassVar[str] = "id"
    changed: ClassVar[str] = "updated_at"

    def blueprint(self) -> Blueprint:
        """Return every served address."""
        routes = Blueprint("shopify", __name__, url_prefix="/shopify/admin/api/2025-01")
        for rule, method, view in (
            ("/orders.json", "GET", self.orders),
            ("/orders/<ref>.json", "GET", self.order),
            ("/orders/<ref>/fulfillments.json", "GET", self.fulfillments),
            ("/orders/<ref>/fulfillment_orders.json", "GET", self.open_lines),
            ("/fulfillments.json", "POST", self.fulfill),
            ("/inventory_levels/set.json", "POST", self.level),
        ):
            routes.add_url_rule(rule, view.__name__, view, methods=[method])
        return routes

    def wrong(self, status: int, code: str) -> Refusal:
        """Refuse as Shopify does, in words only."""
        return Refusal(status, {"errors": code})

    def cancelled(self, now: int) -> Json:
        """Return the fields of an order that is called off."""
        return {"cancelled_at": iso(now), "cancel_reason": "customer", "updated_at": iso(now)}

    def orders(self) -> Response:
        """List the orders that changed, with a Link to the next page."""
        links: list[str] = []

        def work_on(work: Work) -> Json:
            self._check(work, "orders")
            args = request.args.to_dict()
            self.known(args, _LISTED)
            token = args.get("page_info", "")
            if token and set(args) - {"page_info", "limit", "fields"}:
                raise self.wrong(400, "page_info goes with limit and fields only")
            mark, _, since = token.partition(".") if token else ("", "", args.get("updated_at_min", ""))
            moment = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
            page, more = self.page(work, self.since(work, moment), mark)
            if more:
                asked = {"limit": args.get("limit", "50"), "fields": args.get("fields", "")}
                query = urlencode({**asked, "page_info": f"{more}.{since}"})
                links.append(f'<{request.base_url}?{query}>; rel="next"')
            return {"orders": [_cut(raw, args) for raw in page]}

        response = self.answer(work_on)
        if links and response.status_code == 200:  # noqa: PLR2004 - a page that arrived
            response.headers["Link"] = ", ".join(links)
        return response

    def since(self, work: Work, moment: object) -> list[Json]:
        """Return the orders that changed since; their times bear zones of their own."""
        listed = [one["raw"] for one in work.find(Search("shopify-order"))]
        return sorted((raw for raw in listed if self._place(raw)[0] >= str(moment)), key=self._place)

    def order(self, ref: str) -> Response:
        """Tell one order, cut to the fields that were asked for."""
        is_address = request.args.get("fields", "") == "id,shipping_address"

        def work_on(work: Work) -> Json:
            self._check(work, "addresses" if is_address else "orders")
            self.known(request.args, "fields")
            return {"order": _cut(self.find(work, ref), request.args)}

        return self.answer(work_on, Asked(ref, restricted=is_address))

    def fulfillments(self, ref: str) -> Response:
        """List the parcels of an order."""

        def work_on(work: Work) -> Json:
            self._check(work, "shipments")
            self.known(request.args, "fields limit")
            listed = self.find(work, ref).get("fulfillments", [])
            return {"fulfillments": [_cut(one, request.args) for one in listed]}

        return self.answer(work_on, Asked(ref))

    def open_lines(self, ref: str) -> Response:
        """List what is still to be sent of an order, with where it goes."""

        def work_on(work: Work) -> Json:
            self._check(work, "shipments")
            raw = self.find(work, ref)
            lines = [_open(line, _sent(raw)) for line in raw["line_items"]]
            state = "open" if any(line["fulfillable_quantity"] for line in lines) else "closed"
            state = "cancelled" if raw.get("cancelled_at") else state
            told = {"id": int(ref) * 10 + 1, "order_id": int(ref), "status": state, "line_items": lines}
            return {"fulfillment_orders": [{**told, "destination": raw.get("shipping_address")}]}

        return self.answer(work_on, Asked(ref))

    def fulfill(self) -> Response:
        """Take a parcel; told twice it is there twice, as long as there is something to send."""
        sent = request.get_json(silent=True) or {}
        said = sent.get("fulfillment") or {}
        chosen = (said.get("line_items_by_fulfillment_order") or [{}])[0]
        ref = str(int(chosen.get("fulfillment_order_id", 0)) // 10)

        def work_on(work: Work) -> Json:
            self._check(work, "shipments")
            self.known(sent, "", "fulfillment")
            self.known(said, "tracking_info notify_customer message", "line_items_by_fulfillment_order")
            self.known(said.get("tracking_info", {}), "number company url")
            self.known(chosen, "fulfillment_order_line_items", "fulfillment_order_id")
            return {"fulfillment": self._fulfilled(work, self.find(work, ref), said)}

        return self.answer(work_on, Asked(ref))

    def level(self) -> Response:
        """Take how many units there are of an item at a location."""
        sent = request.get_json(silent=True) or {}

        def work_on(work: Work) -> Json:
            self._check(work, "stock")
            self.known(sent, "disconnect_if_necessary", "location_id inventory_item_id available")
            if str(sent["location_id"]) not in {one["location"] for one in self.accounts.values()}:
                raise self.wrong(404, "Not Found")
            self.stocked(work, str(sent["inventory_item_id"]), int(sent["available"]))
            return {"inventory_level": sent}

        return self.answer(work_on)

    def ring(self, account: Mapping[str, str], body: bytes, topic: str, now: int) -> dict[str, str]:
        """Return the headers under which Shopify sends a webhook."""
        mark = hmac.new(account["secret"].encode(), body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(mark).decode(),
            "X-Shopify-Webhook-Id": secrets.token_hex(16),
            "X-Shopify-Triggered-At": datetime.fromtimestamp(now, UTC).strftime(
                "%Y-%m-%dT%H:%M:%S.000000000Z"
            ),
        }

    def _fulfilled(self, work: Work, raw: Json, said: Json) -> Json:
        sent = _sent(raw)
        lines = {int(line["id"]) * 10 + 1: line for line in raw["line_items"]}
        wanted = said["line_items_by_fulfillment_order"][0].get("fulfillment_order_line_items", [])
        for one in wanted:
            line = lines.get(one["id"])
            if line is None or sent.get(line["id"], 0) + one["quantity"] > line["quantity"]:
                raise self.wrong(422, "Invalid fulfillment order line item quantity requested.")
        parts = [{"id": lines[one["id"]]["id"], "quantity": one["quantity"]} for one in wanted]
        number = said.get("tracking_info", {}).get("number")
        told = {"id": secrets.randbelow(10**12), "status": "success", "line_items": parts}
        told |= {"tracking_number": number, "tracking_numbers": [number] if number else []}
        raw["fulfillments"] = [*raw.get("fulfillments", []), told]
        left = _sent(raw)
        is_all = all(left.get(line["id"], 0) >= line["quantity"] for line in raw["line_items"])
        state = "fulfilled" if is_all else "partial"
        ref = self.put(work, {**raw, "fulfillment_status": state, "updated_at": iso(work.now)})
        carrier = said.get("tracking_info", {}).get("company")
        noted = {"order": ref, "number": number, "carrier": carrier, "key": str(told["id"])}
        units = {str(part["id"]): part["quantity"] for part in parts}
        self.shipped(work, f"{ref}:{told['id']}", {**noted, "lines": units})
        return told

    def _check(self, work: Work, scope: str) -> None:
        given = request.headers.get("X-Shopify-Access-Token", "")
        is_open = any(same(one["token"], given) for one in self.accounts.values())
        if not is_open or work.get("revoked", "revoked:shopify:"):
            raise self.wrong(401, "[API] Invalid API key or access token")
        self.require(work, scope, 403, "[API] This action requires merchant approval for a scope.")

    def _place(self, raw: Json) -> tuple[Any, str]:
        return str(datetime.fromisoformat(raw["updated_at"]).astimezone(UTC)), str(raw["id"])


def iso(seconds: int) -> str:
    """Return a moment as Shopify writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _cut(raw: Json, args: Mapping[str, str]) -> Json:
    fields = [name for name in args.get("fields", "").split(",") if name]
    return {name: raw[name] for name in fields if name in raw} if fields else raw


def _sent(raw: Json) -> dict[int, int]:
    counted: dict[int, int] = {}
    for parcel in raw.get("fulfillments", []):
        for line in parcel["line_items"]:
            counted[line["id"]] = counted.get(line["id"], 0) + line["quantity"]
    return counted


def _open(line: Json, sent: dict[int, int]) -> Json:
    left = line["quantity"] - sent.get(line["id"], 0)
    told = {"id": int(line["id"]) * 10 + 1, "line_item_id": line["id"], "quantity": line["quantity"]}
    return {**told, "fulfillable_quantity": left}
