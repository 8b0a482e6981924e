"""Signed webhooks: sent from threads of their own, repeated with back-off, bent by the planted faults.

The signature is Stripe's scheme, which the carrier uses too: header `t=<seconds>,v1=<hex>`, where v1 is
HMAC-SHA256 over `<seconds>.<raw body>`, one v1 per secret while a secret is being changed
(docs.stripe.com/webhooks#verify-manually).
"""

import hashlib
import hmac
import ipaddress
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from oms.local.outside.faults import Faults, Kind
from oms.local.outside.store import Store
from oms.local.outside.work import Json

# Seconds until the next try; the last one repeats until three days have passed, as Stripe's live mode does.
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
GIVEN_UP_AFTER = 3 * 24 * 3600
_SENDERS = 8
_TIMEOUT = 10.0
_REORDER_WAIT = 1.0
_LISTED = ("id", "event", "type", "due", "attempts", "state", "status")


class NotLoopback(ValueError):
    """A stand-in was told to send to an address that is not this machine."""


def loopback(url: str) -> str:
    """Return the URL when its host is this machine; raises NotLoopback."""
    host = urlsplit(url).hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise NotLoopback(f"webhooks go to this machine only (127.0.0.1, ::1, localhost), not to {host!r}")
    return url


def add_options(parser: ArgumentParser) -> None:
    """Add what every stand-in that sends webhooks is told: where they go, and what signs them."""
    parser.add_argument("--webhook-url", type=loopback, help="where signed webhooks go; none: nowhere")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="signs webhooks; twice while it changes"
    )


def sign(body: bytes, secrets: list[str], moment: int) -> str:
    """Return the signature header's value for a raw body."""
    signed = f"{moment}.".encode() + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={moment}", *(f"v1={mark}" for mark in marks)])


@dataclass
class Endpoint:
    """Where webhooks go, how they are signed and which events (by prefix; none means all) are wanted.

    `authority` is a file in PEM that vouches for a shop on HTTPS; without it the usual ones do.
    """

    header: str
    url: str | None = None
    secrets: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    authority: str = ""

    def wants(self, event_type: str) -> bool:
        """Tell whether an event of this type is to be sent."""
        return self.url is not None and (not self.events or event_type.startswith(tuple(self.events)))


@dataclass(frozen=True)
class _Delivery:
    id: int
    event: str
    type: str
    attempts: int


class Hooks:
    """The sender: takes due deliveries from the ledger and posts them."""

    def __init__(
        self, store: Store, faults: Faults, endpoint: Endpoint, render: Callable[[str], bytes | None]
    ) -> None:
        """`render` gives the raw body for an event id, or None when it is gone."""
        self.endpoint = endpoint
        self._store, self._faults, self._render = store, faults, render
        self._awake = threading.Event()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="webhook")
        self._local = threading.local()
        self._shuffled: list[_Delivery] = []
        self._shuffle_at = 0.0
        store.wants = endpoint.wants
        store.on_change(self._awake.set)

    def start(self) -> None:
        """Begin sending; what was under way when the process was killed is sent again."""
        with self._store.reading() as work:
            work.run("UPDATE deliveries SET state = 'pending' WHERE state = 'sending'")
        threading.Thread(target=self._loop, name="webhooks", daemon=True).start()

    def stop(self) -> None:
        """Stop sending; what is due stays in the ledger."""
        self._stopped.set()
        self._awake.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def listing(self) -> list[Json]:
        """Return every delivery (pending, sending, delivered, dropped or failed), oldest first."""
        with self._store.reading() as work:
            rows = work.run(f"SELECT {', '.join(_LISTED)} FROM deliveries ORDER BY id")  # noqa: S608 - our columns
            return [dict(zip(_LISTED, row, strict=True)) for row in rows]

    def resend(self, event: str | None) -> int:
        """Make one event (or, with None, everything not delivered) due now; returns how many."""
        chosen, values = ("event = ?", [event]) if event else ("state NOT IN ('delivered', 'sending')", [])
        with self._store.transaction() as work:
            sql = f"UPDATE deliveries SET state = 'pending', attempts = 0, due = 0 WHERE {chosen}"  # noqa: S608 - fixed text
            return work.run(sql, values).rowcount

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._awake.clear()
            for delivery in self._take_due():
                self._route(delivery)
            if self._shuffled and time.monotonic() >= self._shuffle_at:
                self._send_shuffled()
            self._awake.wait(0.2 if self._shuffled else self._idle())

    def _idle(self) -> float:
        with self._store.reading() as work:
            (due,) = work.run("SELECT min(due) FROM deliveries WHERE state = 'pending'").fetchone()
        return 60.0 if due is None else max(0.0, min(60.0, due - time.time()))

    def _take_due(self) -> list[_Delivery]:
        with self._store.reading() as work:
            rows = work.run(
                "UPDATE deliveries SET state = 'sending' WHERE state = 'pending' AND due <= ?"
                " RETURNING id, event, type, attempts",
                (time.time(),),
            ).fetchall()
        return sorted((_Delivery(*row) for row in rows), key=lambda delivery: delivery.id)

    def _route(self, delivery: _Delivery) -> None:
        if self._faults.strike(Kind.DROP_WEBHOOKS, delivery.type):
            self._close(delivery, "dropped", None)
        elif slow := self._faults.strike(Kind.SLOW_WEBHOOKS, delivery.type):
            self._postpone(delivery, time.time() + slow.seconds)
        elif copies := self._faults.strike(Kind.DUPLICATE_WEBHOOKS, delivery.type):
            for _ in range(copies.times):
                self._submit([delivery])
        elif shuffle := self._faults.strike(Kind.REORDER_WEBHOOKS, delivery.type):
            if not self._shuffled:
                self._shuffle_at = time.monotonic() + (shuffle.seconds or _REORDER_WAIT)
            self._shuffled.append(delivery)
            if len(self._shuffled) >= shuffle.times:
                self._send_shuffled()
        else:
            self._submit([delivery])

    def _send_shuffled(self) -> None:
        self._submit(self._shuffled[::-1])
        self._shuffled = []

    def _submit(self, deliveries: list[_Delivery]) -> None:
        if not self._stopped.is_set():
            self._pool.submit(self._send_all, deliveries)

    def _send_all(self, deliveries: list[_Delivery]) -> None:
        for delivery in deliveries:
            self._send(delivery)

    def _send(self, delivery: _Delivery) -> None:
        body, url = self._render(delivery.event), self.endpoint.url
        if body is None or url is None:
            self._close(delivery, "dropped", None)
            return
        status = self._post(url, body)
        if status is not None and 200 <= status < 300:  # noqa: PLR2004 - the success class of HTTP
            self._close(delivery, "delivered", status)
        elif sum(BACK_OFF) + BACK_OFF[-1] * delivery.attempts > GIVEN_UP_AFTER:
            self._close(delivery, "failed", status)
        else:
            pause = BACK_OFF[min(delivery.attempts, len(BACK_OFF) - 1)]
            self._postpone(delivery, time.time() + pause, status)

    def _post(self, url: str, body: bytes) -> int | None:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
            self._local.session.verify = self.endpoint.authority or True
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            self.endpoint.header: sign(body, self.endpoint.secrets, int(time.time())),
        }
        try:
            answer = self._local.session.post(
                loopback(url), data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            return None
        return int(answer.status_code)

    def _close(self, delivery: _Delivery, state: str, status: int | None) -> None:
        with self._store.reading() as work:
            work.run(
                "UPDATE deliveries SET state = ?, status = ?, attempts = attempts + 1 WHERE id = ?",
                (state, status, delivery.id),
            )

    def _postpone(self, delivery: _Delivery, due: float, status: int | None = None) -> None:
        with self._store.transaction() as work:
            work.run(
                "UPDATE deliveries SET state = 'pending', status = ?, due = ?, attempts = attempts + 1"
                " WHERE id = ? AND state <> 'delivered'",
                (status, due, delivery.id),
            )
