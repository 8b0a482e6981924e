"""Amazon's Selling Partner API as the stand-in plays it: orders v0, tokens, listings items."""

from datetime import UTC, datetime
from typing import ClassVar

from flask import Blueprint, Response, request

from oms.local.markets.market import Asked, Market, same
from oms.local.outside.envelope import Refusal
from oms.local.outside.work import Json, Work

_HOUR = 3600
_NOT_YET = 120
_OPEN = ("StateOrRegion", "City", "PostalCode", "CountryCode")
_ORDER = "/orders/v0/orders/<ref>"


class Amazon(Market):
    """Amazon: Login with Amazon, orders, restricted tokens, stock."""

    name: ClassVar[str] = "amazon"
    key: ClassVar[str] = "AmazonOrderId"
    changed: ClassVar[str] = "LastUpdateDate"

    def blueprint(self) -> Blueprint:
        """Return every served address."""
        routes = Blueprint("amazon", __name__, url_prefix="/amazon")
        for rule, method, view in (
            ("/auth/o2/token", "POST", self.login),
            ("/orders/v0/orders", "GET", self.orders),
            (_ORDER, "GET", self.order),
            (f"{_ORDER}/orderItems", "GET", self.items),
            (f"{_ORDER}/address", "GET", self.address),
            (f"{_ORDER}/shipmentConfirmation", "POST", self.confirm),
            ("/tokens/2021-03-01/restrictedDataToken", "POST", self.restrict),
            ("/listings/2021-08-01/items/<seller>/<path:sku>", "PATCH", self.patch),
        ):
            routes.add_url_rule(rule, view.__name__, view, methods=[method])
        return routes

    def wrong(self, status: int, code: str) -> Refusal:
        """Refuse as the API does; Login with Amazon words it otherwise."""
        if request.path.endswith("/o2/token"):
            return Refusal(status, {"error": code, "error_description": "The request cannot be answered."})
        return Refusal(status, {"errors": [{"code": code, "message": "Refused.", "details": ""}]})

    def cancelled(self, now: int) -> Json:
        """Return the fields of an order that is called off."""
        return {"OrderStatus": "Canceled", "LastUpdateDate": iso(now)}

    def login(self) -> Response:
        """Give an access token for a refresh token."""

        def work_on(work: Work) -> Json:
            form = request.form
            self.known(form, "", "grant_type refresh_token client_id client_secret")
            if form["grant_type"] != "refresh_token":
                raise self.wrong(400, "unsupported_grant_type")
            mine = [one for one in self.accounts.values() if same(one["client_id"], form["client_id"])]
            if not mine or not same(mine[0]["client_secret"], form["client_secret"]):
                raise self.wrong(401, "invalid_client")
            if work.get("revoked", "revoked:amazon:") or not same(
                mine[0]["refresh_token"], form["refresh_token"]
            ):
                raise self.wrong(400, "invalid_grant")
            given = {"token_type": "bearer", "expires_in": _HOUR, "refresh_token": form["refresh_token"]}
            return {"access_token": self.pass_on(work, _HOUR, opens=None), **given}

        return self.answer(work_on)

    def orders(self) -> Response:
        """List the orders that changed; nobody's name is in them."""

        def work_on(work: Work) -> Json:
            self._check(work, "orders")
            args = request.args.to_dict()
            self.known(args, "NextToken MaxResultsPerPage OrderStatuses", "MarketplaceIds LastUpdatedAfter")
            since = args["LastUpdatedAfter"]
            if since > iso(work.now - _NOT_YET):
                raise self.wrong(400, "InvalidInput")
            wanted = args["MarketplaceIds"].split(",")
            found = [raw for raw in self.since(work, since) if raw["MarketplaceId"] in wanted]
            page, more = self.page(work, found, args.get("NextToken", ""))
            payload = {"Orders": [_public(raw) for raw in page], **({"NextToken": more} if more else {})}
            return {"payload": payload}

        return self.answer(work_on)

    def order(self, ref: str) -> Response:
        """Tell one order."""

        def work_on(work: Work) -> Json:
            self._check(work, "orders")
            self.known(request.args, "")
            return {"payload": _public(self.find(work, ref))}

        return self.answer(work_on, Asked(ref))

    def items(self, ref: str) -> Response:
        """Tell the items of an order."""

        def work_on(work: Work) -> Json:
            self._check(work, "orders")
            self.known(request.args, "NextToken")
            listed = self.find(work, ref).get("OrderItems", [])
            size = (work.get("setting", "pages:amazon") or {"size": 100})["size"]
            start = int(request.args.get("NextToken", "0"))
            told = [{name: one[name] for name in one if name != "BuyerInfo"} for one in listed]
            more = {"NextToken": str(start + size)} if start + size < len(told) else {}
            return {"payload": {"AmazonOrderId": ref, "OrderItems": told[start : start + size], **more}}

        return self.answer(work_on, Asked(ref))

    def restrict(self) -> Response:
        """Give a token for the resources that are named, and nothing else."""
        sent = request.get_json(silent=True) or {}
        listed = sent.get("restrictedResources") if isinstance(sent, dict) else None
        paths = [one.get("path", "") for one in listed or [] if isinstance(one, dict)]

        def work_on(work: Work) -> Json:
            self._check(work, "addresses")
            self.known(sent, "targetApplication", "restrictedResources")
            for one in listed or []:
                self.known(one, "dataElements", "method path")
            opens = [[one["method"], one["path"]] for one in listed or []]
            token = self.pass_on(work, _HOUR, opens=opens)
            return {"restrictedDataToken": token, "expiresIn": _HOUR}

        order = next((path.split("/")[4] for path in paths if path.count("/") == 5), "")  # noqa: PLR2004 - its parts
        return self.answer(work_on, Asked(order, restricted=True))

    def address(self, ref: str) -> Response:
        """Tell where an order goes, to who has a token for exactly this."""

        def work_on(work: Work) -> Json:
            self.require(work, "addresses", 403, "Unauthorized")
            given = self.passed(work, request.headers.get("x-amz-access-token", ""))
            path = request.path.removeprefix("/amazon")
            if given is None or ["GET", path] not in (given["opens"] or []):
                raise self.wrong(403, "Unauthorized")
            raw = self.find(work, ref)
            shown = {} if raw["OrderStatus"] == "Pending" else {"ShippingAddress": raw["ShippingAddress"]}
            return {"payload": {"AmazonOrderId": ref, **shown}}

        return self.answer(work_on, Asked(ref, restricted=True))

    def confirm(self, ref: str) -> Response:
        """Take a parcel; the same number of a parcel once more is the same parcel."""
        sent = request.get_json(silent=True) or {}

        def work_on(work: Work) -> Json:
            self._check(work, "shipments")
            self.known(sent, "codCollectionMethod", "marketplaceId packageDetail")
            parcel = sent["packageDetail"]
            needed = "packageReferenceId carrierCode trackingNumber shipDate orderItems"
            self.known(parcel, "carrierName shippingMethod shipFromSupplySourceId", needed)
            number = parcel["packageReferenceId"]
            is_named = parcel["carrierCode"] != "Other" or parcel.get("carrierName")
            if not number.isdecimal() or int(number) < 1 or not is_named:
                raise self.wrong(400, "InvalidInput")
            raw = self.find(work, ref)
            if work.get("shipment", f"shipment:amazon:{ref}:{number}") is None:
                self._send(work, raw, parcel["orderItems"])
            told = {"order": ref, "number": parcel["trackingNumber"], "carrier": parcel.get("carrierName")}
            lines = {one["orderItemId"]: one["quantity"] for one in parcel["orderItems"]}
            self.shipped(work, f"{ref}:{number}", {**told, "key": number, "lines": lines})
            return {}

        return self.answer(work_on, Asked(ref))

    def patch(self, seller: str, sku: str) -> Response:
        """Take how many units there are of a SKU."""
        sent = request.get_json(silent=True) or {}

        def work_on(work: Work) -> Json:
            self._check(work, "stock")
            self.known(request.args, "includedData issueLocale mode", "marketplaceIds")
            self.known(sent, "", "productType patches")
            if seller not in {one["seller"] for one in self.accounts.values()}:
                raise self.wrong(403, "Unauthorized")
            for patch in sent["patches"]:
                self.known(patch, "", "op path value")
                if patch["path"] != "/attributes/fulfillment_availability":
                    raise self.wrong(400, "InvalidInput")
                self.known(patch["value"][0], "", "fulfillment_channel_code quantity")
                self.stocked(work, sku, int(patch["value"][0]["quantity"]))
            return {"sku": sku, "status": "ACCEPTED", "submissionId": f"sub-{work.now}", "issues": []}

        return self.answer(work_on)

    def _check(self, work: Work, scope: str) -> None:
        given = self.passed(work, request.headers.get("x-amz-access-token", ""))
        if given is None or given["opens"] is not None:
            raise self.wrong(403, "Unauthorized")
        self.require(work, scope, 403, "Unauthorized")

    def _send(self, work: Work, raw: Json, lines: list[Json]) -> None:
        left = {one["OrderItemId"]: one for one in raw["OrderItems"]}
        for line in lines:
            self.known(line, "transparencyCodes", "orderItemId quantity")
            item = left.get(line["orderItemId"])
            if item is None or item.get("QuantityShipped", 0) + line["quantity"] > item["QuantityOrdered"]:
                raise self.wrong(400, "InvalidInput")
            item["QuantityShipped"] = item.get("QuantityShipped", 0) + line["quantity"]
        is_all = all(one.get("QuantityShipped", 0) == one["QuantityOrdered"] for one in raw["OrderItems"])
        state = "Shipped" if is_all else "PartiallyShipped"
        self.put(work, {**raw, "OrderStatus": state, "LastUpdateDate": iso(work.now)})


def iso(seconds: int) -> str:
    """Return a moment as Amazon writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _public(raw: Json) -> Json:
    """Return an order without what a restricted token opens: of the address a town, of the buyer a relay."""
    told = {name: value for name, value in raw.items() if name != "OrderItems"}
    if isinstance(raw.get("ShippingAddress"), dict):
        told["ShippingAddress"] = {
            name: raw["ShippingAddress"][name] for name in _OPEN if name in raw["ShippingAddress"]
        }
    if isinstance(raw.get("BuyerInfo"), dict):
        told["BuyerInfo"] = {"BuyerEmail": raw["BuyerInfo"].get("BuyerEmail", "")}
    if raw["OrderStatus"] == "Pending":
        told.pop("ShippingAddress", None)
    return told
