"""TikTok Shop's Partner API as the stand-in plays it: signed requests, orders, parcels, stock; 202309."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import ClassVar

from flask import Blueprint, Response, request

from oms.local.markets.market import Action, Asked, Market, same
from oms.local.outside.envelope import Refusal
from oms.local.outside.work import Json, Work

_WEEK = 7 * 86_400
_SKEW = 300
_COMMON = "app_key timestamp sign shop_cipher"
_PROVIDERS = {"7117858858072016686": "Hollow Post", "7132708894000088837": "Royal Mail", "1": "DHL"}
# The codes of TikTok's own list.
_CODES = {"pass": 105_002, "scope": 105_005, "sign": 106_001, "input": 36_009_004, "none": 36_009_010}


class TikTok(Market):
    """A shop on TikTok, opened by an app's key, its signatures and a pass."""

    name: ClassVar[str] = "tiktok"
    key: ClassVar[str] = "id"
    changed: ClassVar[str] = "update_time"

    def blueprint(self) -> Blueprint:
        """Return every served address."""
        routes = Blueprint("tiktok", __name__, url_prefix="/tiktok")
        for rule, method, view in (
            ("/api/v2/token/refresh", "GET", self.refresh),
            ("/order/202309/orders/search", "POST", self.search),
            ("/order/202309/orders", "GET", self.orders),
            ("/logistics/202309/delivery_options/<option>/shipping_providers", "GET", self.providers),
            ("/fulfillment/202309/orders/<ref>/packages", "POST", self.package),
            ("/product/202309/products/<product>/inventory/update", "POST", self.inventory),
        ):
            routes.add_url_rule(rule, view.__name__, view, methods=[method])
        return routes

    def wrong(self, status: int, code: str) -> Refusal:
        """Refuse as TikTok does: by a number of its own."""
        number = _CODES.get(code, _CODES["input"])
        return Refusal(status, {"code": number, "message": "Refused.", "data": None, "request_id": "r"})

    def cancelled(self, now: int) -> Json:
        """Return the fields of an order that is called off."""
        return {"status": "CANCELLED", "update_time": now, "cancel_reason": "Found cheaper elsewhere"}

    def refresh(self) -> Response:
        """Give a pass for a refresh token."""

        def work_on(work: Work) -> Json:
            args = request.args
            self.known(args, "", "app_key app_secret refresh_token grant_type")
            mine = [one for one in self.accounts.values() if same(one["app_key"], args["app_key"])]
            named = ("app_secret", "refresh_token")
            is_open = mine and all(same(mine[0][name], args[name]) for name in named)
            if not is_open or work.get("revoked", "revoked:tiktok:"):
                raise self.wrong(200, "pass")
            given = {"access_token_expire_in": work.now + _WEEK, "refresh_token": args["refresh_token"]}
            return _good({"access_token": self.pass_on(work, _WEEK), **given, "user_type": 0})

        return self.answer(work_on)

    def search(self) -> Response:
        """List the orders that changed, addresses and all."""

        def work_on(work: Work) -> Json:
            self.known(request.args, f"{_COMMON} page_size page_token sort_field sort_order")
            self.known(_sent(), "update_time_ge update_time_lt order_status")
            found = self.since(work, int(_sent().get("update_time_ge", 0)))
            if request.args.get("sort_order", "DESC") != "ASC":
                found = found[::-1]
            page, more = self.page(work, found, request.args.get("page_token", ""))
            return _good({"next_page_token": more, "total_count": len(found), "orders": page})

        return self._open("orders", work_on)

    def orders(self) -> Response:
        """Tell orders by their ids; an id that names none is left out."""
        ref = request.args.get("ids", "")

        def work_on(work: Work) -> Json:
            self.known(request.args, _COMMON, "ids")
            found = [work.get("tiktok-order", f"tiktok:{one}") for one in ref.split(",")]
            return _good({"orders": [one["raw"] for one in found if one]})

        return self._open("orders", work_on, Asked(ref))

    def providers(self, option: str) -> Response:
        """List the carriers that an option takes."""

        def work_on(_work: Work) -> Json:
            self.known(request.args, _COMMON)
            listed = [{"id": ref, "name": name} for ref, name in _PROVIDERS.items()]
            return _good({"shipping_providers": listed if option.isdecimal() else []})

        return self._open("shipments", work_on)

    def package(self, ref: str) -> Response:
        """Take a parcel of some items; an item that is in one already is refused."""

        def work_on(work: Work) -> Json:
            self.known(request.args, _COMMON)
            sent = _sent()
            self.known(sent, "order_line_item_ids", "tracking_number shipping_provider_id")
            raw = self.find(work, ref)
            units = {one["id"]: one for one in raw["line_items"]}
            chosen = sent.get("order_line_item_ids") or list(units)
            if sent["shipping_provider_id"] not in _PROVIDERS:
                raise self.wrong(200, "input")
            if any(one not in units or units[one].get("tracking_number") for one in chosen):
                raise self.wrong(200, "input")
            package = str(secrets.randbelow(10**18))
            for one in chosen:
                units[one] |= {"tracking_number": sent["tracking_number"], "package_id": package}
            is_all = all(one.get("tracking_number") for one in units.values())
            state = "IN_TRANSIT" if is_all else "PARTIALLY_SHIPPING"
            self.put(work, {**raw, "status": state, "update_time": work.now})
            told = {"order": ref, "number": sent["tracking_number"], "key": package}
            carrier = _PROVIDERS[sent["shipping_provider_id"]]
            self.shipped(
                work, f"{ref}:{package}", {**told, "carrier": carrier, "lines": dict.fromkeys(chosen, 1)}
            )
            return _good({"order_id": ref, "package_id": package})

        return self._open("shipments", work_on, Asked(ref))

    def inventory(self, product: str) -> Response:
        """Take how many units there are of SKUs in our warehouse."""

        def work_on(work: Work) -> Json:
            self.known(request.args, _COMMON)
            self.known(_sent(), "", "skus")
            houses = {one["warehouse"] for one in self.accounts.values()}
            for sku in _sent()["skus"]:
                self.known(sku, "", "id inventory")
                for held in sku["inventory"]:
                    self.known(held, "", "warehouse_id quantity")
                    if held["warehouse_id"] not in houses:
                        return _good({"errors": [{"code": 12_052_700, "message": "No such warehouse."}]})
                    self.stocked(work, f"{product}:{sku['id']}", int(held["quantity"]))
            return _good({})

        return self._open("stock", work_on)

    def ring(self, account: Mapping[str, str], body: bytes, _topic: str, _now: int) -> dict[str, str]:
        """Return the headers under which TikTok sends a webhook."""
        mark = hmac.new(account["app_secret"].encode(), account["app_key"].encode() + body, hashlib.sha256)
        return {"Content-Type": "application/json", "Authorization": mark.hexdigest()}

    def _open(self, scope: str, action: Action, asked: Asked = Asked()) -> Response:  # noqa: B008 - frozen
        def work_on(work: Work) -> Json:
            self._check(work, scope)
            return action(work)

        return self.answer(work_on, asked)

    def _check(self, work: Work, scope: str) -> None:
        args = request.args
        mine = [one for one in self.accounts.values() if one["app_key"] == args.get("app_key")]
        moment = args.get("timestamp", "")
        if not mine or not moment.isdecimal() or abs(int(moment) - work.now) > _SKEW:
            raise self.wrong(401, "sign")
        named = "".join(
            f"{name}{args[name]}" for name in sorted(args) if name not in {"sign", "access_token"}
        )
        path, secret = request.path.removeprefix("/tiktok"), mine[0]["app_secret"]
        signed = f"{secret}{path}{named}".encode() + request.get_data(cache=True) + secret.encode()
        mark = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if not same(mark, args.get("sign", "")):
            raise self.wrong(401, "sign")
        if self.passed(work, request.headers.get("x-tts-access-token", "")) is None:
            raise self.wrong(401, "pass")
        if args.get("shop_cipher") != mine[0]["shop_cipher"] or work.get("revoked", "revoked:tiktok:"):
            raise self.wrong(401, "pass")
        # An address comes with every order: who may not have it is told of no order at all.
        for one in {scope, "addresses"} if scope == "orders" else {scope}:
            self.require(work, one, 200, "scope")


def _good(data: Json) -> Json:
    return {"code": 0, "message": "Success", "data": data, "request_id": secrets.token_hex(16)}


def _sent() -> Json:
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else {}
