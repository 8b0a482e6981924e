"""Puts the text service's stand-in together: ledger, faults, webhooks, API, control door."""

import hmac
import json
import secrets
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue

from oms.local.carrier import errors
from oms.local.carrier.fields import Fields
from oms.local.carrier.routes import Voice
from oms.local.outside.control import Control, sent_json
from oms.local.outside.envelope import Call, Envelope, Refusal
from oms.local.outside.faults import Faults
from oms.local.outside.hooks import Endpoint, Hooks
from oms.local.outside.standin import Standin
from oms.local.outside.store import Store
from oms.local.outside.sweep import Sweeper
from oms.local.outside.timers import Timers
from oms.local.outside.work import Json, Search, Work

KIND = "message"
_PHONE = r"\+[0-9]{6,15}"
_UNREACHABLE = "0000"
_LONGEST = 1600


def create(state: Path, key: str, endpoint: Endpoint, kept_days: float) -> Standin:
    """Build the stand-in over the ledger in `state`, opened by `key`."""
    store, faults = Store(state), Faults()
    hooks = Hooks(store, faults, endpoint, partial(_body, store))
    timers = Timers(store, {}, Sweeper(store, kept_days, _blank))
    app = Flask("oms.local.texts", static_folder=None)
    app.register_blueprint(_api(Envelope(store, faults, Voice()), key))
    app.register_blueprint(TextControl(store, faults, hooks, timers).blueprint())
    return Standin(app, hooks, timers)


def _api(envelope: Envelope, key: str) -> Blueprint:
    routes = Blueprint("api", __name__, url_prefix="/v1")

    def check() -> None:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(sent.encode(), key.encode()):
            raise Refusal(401, errors.body("unauthorized", "Send the key: Authorization: Bearer KEY."))

    def take() -> Response:
        sent: Any = request.get_json(silent=True)
        call = Call("POST", request.path, sent, request.headers.get("Idempotency-Key"))
        return envelope.answer(call, _take, check)

    routes.add_url_rule("/messages", "messages", take, methods=["POST"])
    return routes


def _take(work: Work, call: Call) -> Json:
    fields = Fields(call.params)
    phone = fields.matching("phone", _PHONE, "a phone number like +4930123456")
    text = fields.text("text", _LONGEST)
    fields.end()
    if phone.endswith(_UNREACHABLE):
        raise Refusal(422, errors.body("unreachable", f"Nobody can be reached at {phone}."), kept=True)
    told = {"id": "txt_" + secrets.token_hex(12), "created": work.now}
    work.put(KIND, {**told, "phone": phone, "text": text, "status": "taken"})
    return told


def _blank(value: Json) -> None:
    for name in ("phone", "text"):
        value.pop(name, None)


def _body(store: Store, event: str) -> bytes | None:
    with store.reading() as work:
        found = work.get("event", event)
    return json.dumps(found).encode() if found else None


def _tell(work: Work, kind: str, data: Json) -> Json:
    event = {"id": "evt_" + secrets.token_hex(12), "type": kind, "created": work.now, "data": data}
    work.announce(event)
    return event


class TextControl(Control):
    """The control door with reports, answers of people, and the ledger."""

    def blueprint(self) -> Blueprint:
        """Return the shared routes and the text service's."""
        routes = super().blueprint()
        routes.add_url_rule("/messages/<key>/report", "report", self.report, methods=["POST"])
        routes.add_url_rule("/inbound", "inbound", self.inbound, methods=["POST"])
        routes.add_url_rule("/ledger", "ledger", self.ledger, methods=["GET"])
        return routes

    def report(self, key: str) -> ResponseReturnValue:
        """Report what became of a message."""
        with self.store.transaction() as work:
            return jsonify(_tell(work, f"message.{sent_json().get('to', 'delivered')}", {"key": key}))

    def inbound(self) -> ResponseReturnValue:
        """Hand on what somebody answers."""
        sent = sent_json()
        with self.store.transaction() as work:
            told = {"phone": str(sent.get("phone", "")), "text": str(sent.get("text", ""))}
            return jsonify(_tell(work, "message.received", told))

    def ledger(self) -> ResponseReturnValue:
        """Return the oracle: messages with their keys, oldest first."""
        with self.store.reading() as work:
            keys = dict(work.run("SELECT id, key FROM objects WHERE kind = ?", (KIND,)).fetchall())
            return jsonify([{**one, "key": keys[one["id"]]} for one in work.find(Search(KIND))[::-1]])
