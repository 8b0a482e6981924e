"""What a test may do to the marketplaces beside the shared control door; see the package's docstring."""

import json
from collections.abc import Mapping
from typing import Any

import requests
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from oms.local.markets.market import Market
from oms.local.markets.shopify import Shopify
from oms.local.markets.tiktok import TikTok
from oms.local.outside.control import Control, sent_json
from oms.local.outside.envelope import Refusal
from oms.local.outside.hooks import loopback
from oms.local.outside.work import Search

_SECONDS = 10.0


class MarketControl(Control):
    """The control door with orders, permissions, webhooks and the ledger."""

    markets: Mapping[str, Market]
    accounts: Mapping[str, Mapping[str, str]]
    webhook_url: str | None

    def blueprint(self) -> Blueprint:
        """Return the shared routes and the marketplaces'."""
        routes = super().blueprint()
        routes.register_error_handler(Refusal, lambda refusal: (jsonify(refusal.body), refusal.status))
        for view in (self.orders, self.cancel, self.revoke, self.allow, self.pages, self.ring):
            rule = f"/markets/<market>/{view.__name__}"
            routes.add_url_rule(rule, f"market-{view.__name__}", view, methods=["POST"])
        routes.add_url_rule("/ledger", "ledger", self.ledger, methods=["GET"])
        return routes

    def orders(self, market: str) -> ResponseReturnValue:
        """Put an order, or lay fields over one."""
        with self.store.transaction() as work:
            return jsonify(ref=self.markets[market].put(work, sent_json()))

    def cancel(self, market: str) -> ResponseReturnValue:
        """Have the buyer call an order off."""
        chosen, ref = self.markets[market], str(sent_json()["ref"])
        with self.store.transaction() as work:
            raw = chosen.find(work, ref)
            return jsonify(ref=chosen.put(work, {**raw, **chosen.cancelled(work.now)}))

    def revoke(self, market: str) -> ResponseReturnValue:
        """Take a permission back."""
        scope = sent_json().get("scope", "")
        with self.store.transaction() as work:
            return jsonify(work.put("revoked", {"id": f"revoked:{market}:{scope}", "market": market}))

    def allow(self, market: str) -> ResponseReturnValue:
        """Give every permission again."""
        with self.store.transaction() as work:
            gone = work.run(
                "DELETE FROM objects WHERE kind = 'revoked' AND id LIKE ?", (f"revoked:{market}:%",)
            )
            return jsonify(allowed=gone.rowcount)

    def pages(self, market: str) -> ResponseReturnValue:
        """Set how much a page holds."""
        with self.store.transaction() as work:
            return jsonify(work.put("setting", {"id": f"pages:{market}", "size": sent_json()["size"]}))

    def ring(self, market: str) -> ResponseReturnValue:
        """Send a webhook about an order, as the marketplace signs it."""
        sent, chosen = sent_json(), self.markets[market]
        if not isinstance(chosen, Shopify | TikTok):
            return jsonify(error="Amazon sends no webhooks"), 400
        code = sent.get("code") or next(iter(chosen.accounts))
        with self.store.reading() as work:
            told = sent.get("body")
            if told is None:
                told = self._told(chosen, chosen.find(work, str(sent["ref"])), work.now)
            topic = sent.get("topic", "orders/updated")
            if topic.endswith(("/redact", "/data_request")):
                told = {"shop_id": 954889, "shop_domain": request.host.partition(":")[0], **told}
            body = json.dumps(told, separators=(",", ":")).encode()
            headers = chosen.ring(self.accounts[code], body, topic, work.now)
        target = sent.get("url") or (self.webhook_url or "").replace("{code}", code)
        status = None
        if target:
            status = requests.post(loopback(target), data=body, headers=headers, timeout=_SECONDS).status_code
        return jsonify(status=status, headers=headers, body=body.decode())

    def ledger(self) -> ResponseReturnValue:
        """Return the oracle, oldest first."""
        with self.store.reading() as work:
            found = {kind: work.find(Search(kind))[::-1] for kind in ("call", "stock", "shipment")}
        return jsonify(calls=found["call"], stock=found["stock"], shipments=found["shipment"])

    def _told(self, market: Market, raw: dict[str, Any], now: int) -> dict[str, Any]:
        """Return what a webhook says of an order: all of it at Shopify, its state at TikTok."""
        if isinstance(market, Shopify):
            return raw
        data = {"order_id": raw["id"], "order_status": raw["status"], "update_time": raw["update_time"]}
        return {"type": 1, "shop_id": "7494726673780148744", "timestamp": now, "data": data}
