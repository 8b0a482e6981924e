"""What happens around every call of a stand-in: record, refuse, replay, do the work, lose the answer."""

import json
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flask import Response, request

from oms.local.outside.faults import Fault, Faults, Kind
from oms.local.outside.keys import MAX_KEY_LENGTH, KeyInUse, Keys, Saved, digest
from oms.local.outside.store import Store
from oms.local.outside.work import Cause, Json, Work

_SECRET_HEADERS = {
    "authorization",
    "cookie",
    "x-amz-access-token",
    "x-shopify-access-token",
    "x-tts-access-token",
}


class Refusal(Exception):
    """The party says no; `kept` says that the answer stays under the idempotency key."""

    def __init__(self, status: int, body: Json, *, kept: bool = False) -> None:
        """Refuse; not kept means that parameters failed validation, before any work began."""
        super().__init__(f"{status} {body}")
        self.status, self.body, self.kept = status, body, kept


@dataclass(frozen=True)
class Call:
    """One request of the API with its parameters read."""

    method: str
    path: str
    params: Json
    key: str | None = None
    request_id: str = field(default_factory=lambda: "req_" + secrets.token_hex(8))


class Voice(Protocol):
    """How one party words what the envelope has to say."""

    def key_in_use(self, key: str) -> Refusal:
        """Refuse a key whose first request still runs."""

    def key_reused(self, key: str, saved: Saved, call: Call) -> Refusal:
        """Refuse a key that came before with another path or other parameters."""

    def key_too_long(self) -> Refusal:
        """Refuse a key of more than 255 characters."""

    def broken(self) -> Json:
        """Return the body of a server error."""

    def headers(self, call: Call) -> Mapping[str, str]:
        """Return the headers of every answer."""


Action = Callable[[Work, Call], Json | bytes]


@dataclass(frozen=True)
class _Reply:
    status: int
    body: bytes
    replay_of: str | None = None


class Envelope:
    """The door of a stand-in's API; `answer` is called by each of its routes."""

    def __init__(self, store: Store, faults: Faults, voice: Voice) -> None:
        """Answer for the party whose ledger is `store`."""
        self._store, self._faults, self._voice = store, faults, voice
        self._keys = Keys(store)

    def answer(self, call: Call, action: Action, check: Callable[[], None]) -> Response:
        """Do the work of a call and answer it, unless a fault strikes; `check` proves who calls."""
        self._store.record(_learned(call))
        if fault := self._faults.strike(Kind.REFUSE, call.path, call.method):
            if fault.mode == "close":
                return hang_up()
            refused = self._respond(call, _json(429 if fault.mode == "429" else 503, self._voice.broken()))
            if fault.seconds:
                refused.headers["Retry-After"] = str(int(fault.seconds))
            return refused
        try:
            check()
            reply = self._keyed(call, action)
        except Refusal as refusal:
            reply = _json(refusal.status, refusal.body)
        if self._faults.strike(Kind.LOSE_RESPONSE, call.path, call.method):
            return hang_up()
        if self._faults.strike(Kind.GARBAGE, call.path, call.method):
            reply = _Reply(200, b"<html>gateway hiccup")
        return self._respond(call, reply)

    def _keyed(self, call: Call, action: Action) -> _Reply:
        if len(call.key or "") > MAX_KEY_LENGTH:
            raise self._voice.key_too_long()
        try:
            with self._keys.claim(call.key) as saved:
                if saved is not None:
                    return self._replay(call, saved)
                pause = self._faults.strike(Kind.DELAY, call.path, call.method)
                if pause is not None and not pause.after_work:
                    time.sleep(pause.seconds)
                reply = self._work(call, action)
                if pause is not None and pause.after_work:
                    time.sleep(pause.seconds)
                return reply
        except KeyInUse:
            raise self._voice.key_in_use(call.key or "") from None

    def _replay(self, call: Call, saved: Saved) -> _Reply:
        if (saved.target, saved.digest) != (_target(call), digest(call.params)):
            raise self._voice.key_reused(call.key or "", saved, call)
        return _Reply(saved.status, saved.body, replay_of=saved.request_id)

    def _work(self, call: Call, action: Action) -> _Reply:
        error = self._faults.strike(Kind.ERROR, call.path, call.method)
        reply = None
        if error is None or error.after_work:
            reply = self._do(call, action, error)
        if reply is None:
            reply = _json(error.status if error else 500, self._voice.broken())
            with self._store.transaction(_cause(call)) as work:
                _keep(work, call, reply)
        return reply

    def _do(self, call: Call, action: Action, error: Fault | None) -> _Reply:
        try:
            with self._store.transaction(_cause(call)) as work:
                outcome = action(work, call)
                reply = _Reply(200, outcome) if isinstance(outcome, bytes) else _json(200, outcome)
                if error is not None:
                    reply = _json(error.status, self._voice.broken())
                _keep(work, call, reply)
        except Refusal as refusal:
            if not refusal.kept:
                raise
            reply = _json(refusal.status, refusal.body)
            with self._store.transaction(_cause(call)) as work:
                _keep(work, call, reply)
        return reply

    def _respond(self, call: Call, reply: _Reply) -> Response:
        mimetype = "application/pdf" if reply.body.startswith(b"%PDF") else "application/json"
        response = Response(reply.body, reply.status, mimetype=mimetype)
        response.headers.update(dict(self._voice.headers(call)))
        response.headers["Request-Id"] = call.request_id
        if call.key is not None:
            response.headers["Idempotency-Key"] = call.key
        if reply.replay_of is not None:
            response.headers["Idempotent-Replayed"] = "true"
            response.headers["Original-Request"] = reply.replay_of
        return response


def hang_up() -> Response:
    """Close the connection under the caller without a byte of answer."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)


def _learned(call: Call) -> Json:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _SECRET_HEADERS}
    raw = request.get_data(cache=True).decode("utf-8", "replace")
    query = request.query_string.decode("utf-8", "replace")
    sent = {"method": call.method, "path": call.path, "params": call.params}
    return {**sent, "headers": headers, "query": query, "raw": raw}


def _json(status: int, body: Json) -> _Reply:
    return _Reply(status, json.dumps(body).encode())


def _target(call: Call) -> str:
    return f"{call.method} {call.path}"


def _cause(call: Call) -> Cause:
    return Cause(call.request_id, call.key)


def _keep(work: Work, call: Call, reply: _Reply) -> None:
    if call.key is not None:
        saved = Saved(_target(call), digest(call.params), reply.status, call.request_id, reply.body)
        Keys.keep(work, call.key, saved)
