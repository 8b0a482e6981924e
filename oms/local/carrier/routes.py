"""Hollow Post's REST API: address by address, each through the envelope."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from oms.local.carrier import errors, labels, pdf, services, tracking
from oms.local.carrier.fields import Fields
from oms.local.outside.envelope import Action, Call, Envelope, Refusal
from oms.local.outside.keys import Saved
from oms.local.outside.work import Json, Work

Reader = Callable[[Work, Fields], Json]
Finder = Callable[[Work, str, Fields], Json]


class Voice:
    """The envelope's sentences as Hollow Post words them."""

    def key_in_use(self, _key: str) -> Refusal:
        """Refuse a key whose first request still runs."""
        return Refusal(409, errors.body("key_in_use", "The first request with this key still runs."))

    def key_reused(self, _key: str, _saved: Saved, _call: Call) -> Refusal:
        """Refuse a key that came before with something else."""
        return Refusal(400, errors.body("key_reused", "This key came before with another request."))

    def key_too_long(self) -> Refusal:
        """Refuse a key of more than 255 characters."""
        return Refusal(400, errors.body("key_too_long", "Keys have at most 255 characters."))

    def broken(self) -> Json:
        """Return the body of a server error."""
        return errors.body("internal", "Something broke at our side. The stand-in was told to fail here.")

    def headers(self, _call: Call) -> Mapping[str, str]:
        """Return the headers of every answer."""
        return {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Api:
    """The API's parts: its envelope, the token that opens it, and the pause between automatic steps."""

    envelope: Envelope
    token: str
    auto_deliver: int | None = None

    def blueprint(self) -> Blueprint:
        """Return every served address under /v1."""
        routes = Blueprint("api", __name__, url_prefix="/v1")
        for rule, method, reader in (
            ("services", "GET", services.listing),
            ("rates", "POST", services.rates),
            ("labels", "GET", labels.listing),
            ("labels", "POST", self._buy),
        ):
            routes.add_url_rule(f"/{rule}", f"{method} {rule}", self._reads(reader), methods=[method])
        for rule, method, finder in (
            ("labels/<identifier>", "GET", labels.retrieve),
            ("labels/<identifier>/void", "POST", labels.void),
            ("labels/<identifier>/forget", "POST", labels.forget),
            ("tracking/<identifier>", "GET", tracking.retrieve),
        ):
            routes.add_url_rule(f"/{rule}", f"{method} {rule}", self._finds(finder), methods=[method])
        routes.add_url_rule("/labels/<identifier>/pdf", "pdf", self.pdf, methods=["GET"])
        routes.add_url_rule("/<path:_path>", "unknown", self.unknown, methods=["GET", "POST"])
        return routes

    def pdf(self, identifier: str) -> Response:
        """Return a label's PDF."""

        def print_label(work: Work, _call: Call) -> bytes:
            label = labels.get(work, identifier)
            if "name" not in label["_to"]:
                raise Refusal(410, errors.body("forgotten", "The address of this label has been let go."))
            return pdf.render(label)

        return self._answer(print_label)

    def unknown(self, _path: str) -> Response:
        """Refuse an address that is not served."""

        def refuse(_work: Work, _call: Call) -> Json:
            raise errors.not_found("address")

        return self._answer(refuse)

    def _buy(self, work: Work, fields: Fields) -> Json:
        return labels.buy(work, fields, self.auto_deliver)

    def _reads(self, reader: Reader) -> Callable[[], Response]:
        return lambda: self._answer(lambda work, call: reader(work, Fields(call.params)))

    def _finds(self, finder: Finder) -> Callable[[str], Response]:
        def view(identifier: str) -> Response:
            return self._answer(lambda work, call: finder(work, identifier, Fields(call.params)))

        return view

    def _answer(self, action: Action) -> Response:
        is_post = request.method == "POST"
        sent: Any = request.args.to_dict()
        if is_post:
            sent = request.get_json(silent=True) if request.get_data(cache=True) else {}
        key = request.headers.get("Idempotency-Key") if is_post else None
        return self.envelope.answer(Call(request.method, request.path, sent, key), action, self._check)

    def _check(self) -> None:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(sent.encode(), self.token.encode()):
            raise Refusal(401, errors.body("unauthorized", "Send the token: Authorization: Bearer TOKEN."))
