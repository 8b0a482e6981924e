"""The REST API: address by address, each through the envelope (key, faults, idempotency, ledger)."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, request

from oms.local.outside.envelope import Action, Call, Envelope, Refusal
from oms.local.outside.faults import Faults
from oms.local.outside.keys import Saved
from oms.local.outside.work import Json, Work
from oms.local.stripe import balance, charges, disputes, errors, events, intents, refunds, sessions
from oms.local.stripe.decode import decode
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import API_VERSION

Reader = Callable[[Work, Params], Json]
Finder = Callable[[Work, str, Params], Json]


class Voice:
    """The envelope's sentences as Stripe words them."""

    def key_in_use(self, key: str) -> Refusal:
        """Refuse a key whose first request still runs."""
        text = (
            "There is currently another in-progress request using this Idempotent Key (that probably means"
            " you submitted twice, and the other request is still going through):"
            f" {key}. Please try again later."
        )
        return errors.in_use(text)

    def key_reused(self, key: str, saved: Saved, call: Call) -> Refusal:
        """Refuse a key that came before with something else."""
        first = saved.target.partition(" ")[2]
        same = "parameters" if first == call.path else "endpoint"
        where = "" if first == call.path else f" ('{first}')"
        return errors.idempotency(
            f"Keys for idempotent requests can only be used for the same {same} they were first used"
            f" with{where}."
            f" Try using a key other than '{key}' if you meant to execute a different request."
        )

    def key_too_long(self) -> Refusal:
        """Refuse a key of more than 255 characters."""
        return errors.invalid("Idempotency keys may be up to 255 characters long.")

    def broken(self) -> Json:
        """Return the body of a server error."""
        return errors.api_error()

    def headers(self, _call: Call) -> Mapping[str, str]:
        """Return the headers of every answer."""
        return {"Stripe-Version": API_VERSION, "Cache-Control": "no-cache, no-store"}


@dataclass(frozen=True)
class Api:
    """The API's parts: its envelope, its faults and the secret key that opens it."""

    envelope: Envelope
    faults: Faults
    key: str

    def blueprint(self) -> Blueprint:
        """Return every served address under /v1; any other one is refused as unrecognized."""
        routes = Blueprint("api", __name__, url_prefix="/v1")
        for rule, reader in (
            ("checkout/sessions", sessions.listing),
            ("payment_intents", intents.listing),
            ("charges", charges.listing),
            ("refunds", refunds.listing),
            ("events", events.listing),
            ("disputes", disputes.listing),
            ("balance_transactions", balance.listing),
            ("payouts", balance.payouts),
        ):
            routes.add_url_rule(f"/{rule}", f"list {rule}", self._reads(reader), methods=["GET"])
        for rule, method, finder in (
            ("checkout/sessions/<identifier>", "GET", sessions.retrieve),
            ("checkout/sessions/<identifier>/line_items", "GET", sessions.items),
            ("checkout/sessions/<identifier>/expire", "POST", sessions.expire),
            ("payment_intents/<identifier>", "GET", intents.retrieve),
            ("payment_intents/<identifier>/cancel", "POST", intents.cancel),
            ("payment_intents/<identifier>/capture", "POST", intents.capture),
            ("charges/<identifier>", "GET", charges.retrieve),
            ("charges/<identifier>", "POST", charges.update),
            ("refunds/<identifier>", "GET", refunds.retrieve),
            ("events/<identifier>", "GET", events.retrieve),
            ("disputes/<identifier>", "GET", disputes.retrieve),
            ("disputes/<identifier>/close", "POST", disputes.accept),
            ("balance_transactions/<identifier>", "GET", balance.retrieve),
            ("payouts/<identifier>", "GET", balance.retrieve_payout),
        ):
            routes.add_url_rule(f"/{rule}", f"{method} {rule}", self._finds(finder), methods=[method])
        routes.add_url_rule("/checkout/sessions", "create session", self.create_session, methods=["POST"])
        routes.add_url_rule("/refunds", "create refund", self.create_refund, methods=["POST"])
        routes.add_url_rule(
            "/<path:_path>", "unrecognized", self.unrecognized, methods=["GET", "POST", "DELETE"]
        )
        return routes

    def create_session(self) -> Response:
        """Create a Checkout Session."""
        url = f"{request.host_url}c/pay"
        return self._answer(lambda work, call: sessions.create(work, Params(call.params), url))

    def create_refund(self) -> Response:
        """Create a refund."""
        return self._answer(lambda work, call: refunds.create(work, Params(call.params), self.faults))

    def unrecognized(self, _path: str) -> Response:
        """Refuse an address that the stand-in does not serve."""
        text = f"Unrecognized request URL ({request.method}: {request.path})."

        def refuse(_work: Work, _call: Call) -> Json:
            raise Refusal(404, {"error": {"type": "invalid_request_error", "message": text}})

        return self._answer(refuse)

    def _reads(self, reader: Reader) -> Callable[[], Response]:
        return lambda: self._answer(lambda work, call: reader(work, Params(call.params)))

    def _finds(self, finder: Finder) -> Callable[[str], Response]:
        def view(identifier: str) -> Response:
            return self._answer(lambda work, call: finder(work, identifier, Params(call.params)))

        return view

    def _answer(self, action: Action) -> Response:
        is_post = request.method == "POST"
        raw = (
            request.get_data(cache=True).decode("utf-8", "replace")
            if is_post
            else request.query_string.decode()
        )
        key = request.headers.get("Idempotency-Key") if is_post else None
        try:
            call = Call(request.method, request.path, decode(raw), key)
        except Refusal as refusal:
            return make_response(refusal.body, refusal.status)
        return self.envelope.answer(call, action, self._check)

    def _check(self) -> None:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic" and request.authorization is not None:
            sent = request.authorization.username or ""
        if not sent:
            raise errors.unauthorized("You did not provide an API key.")
        if not hmac.compare_digest(sent.encode(), self.key.encode()):
            raise errors.unauthorized(f"Invalid API Key provided: {sent[:8]}****{sent[-4:]}")
        version = request.headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            raise errors.invalid(f"Invalid Stripe API version: {version}; the stand-in speaks {API_VERSION}.")
