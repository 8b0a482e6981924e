"""A shop that answers on loopback: from this process, or whole, as processes over its own databases."""

import base64
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import requests
from werkzeug.serving import make_server

from oms.local.logins import login_settings, not_for_web
from tests.ear import knows
from tests.fakes import (
    CARRIER_KEY,
    CARRIER_SECRET,
    STRIPE_KEY,
    STRIPE_SECRET,
    TEXTS_KEY,
    TEXTS_SECRET,
    Party,
    wait_until,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ROOT = Path(__file__).parent.parent
SECRET = "a-secret-for-tests-0123456789-abcdefgh"


@contextmanager
def answering(served: "WSGIApplication") -> Iterator[str]:
    """Serve an application from a thread of this process for a while; give its address."""
    server = make_server("127.0.0.1", 0, served, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@dataclass(frozen=True)
class Stores:
    """The addresses of the three stores."""

    database: str
    keyring: str
    redis: str


@dataclass
class RunningShop:
    """Web, worker and relay, with Stripe, carrier and mail beside them; `url` is where shoppers go.

    `more` are settings beside the usual ones, or instead of them; `sends_texts` adds a text service; `hands`
    is how many workers there are, `workers` how many processes the web server has.
    """

    stores: Stores
    folder: Path
    workers: int = 2
    hands: int = 1
    more: dict[str, str] = field(default_factory=dict)
    port: int = 0
    url: str = ""
    stripe: Party | None = None
    carrier: Party | None = None
    mail: Party | None = None
    texts: Party | None = None
    sends_texts: bool = False
    environ: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> "RunningShop":
        self.port = free_port()
        self.url = self.address()
        self.environ = {**os.environ, **self.settings()}
        self.call_parties()
        self.environ |= self.more
        self.serve()
        wait_until(self._is_ready, patience=120)
        return self

    @property
    def desk_url(self) -> str:
        """Where staff go."""
        return self.url

    @property
    def pay_url(self) -> str:
        """Where Stripe's pages are."""
        assert self.stripe is not None
        return self.stripe.address

    def address(self) -> str:
        """Return where shoppers go, once `port` is known."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        """Return every setting but the addresses of the outside parties."""
        return {
            "DATABASE_URL": self.stores.database,
            "KEYRING_URL": self.stores.keyring,
            **login_settings(self.stores.database, self.stores.keyring),
            "REDIS_URL": self.stores.redis,
            "STATE_DIR": str(self.folder),
            "PUBLIC_URL": self.url,
            "SECRET_KEY": SECRET,
            "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
            "TRUSTED_PROXIES": "1",
        }

    def call_parties(self) -> None:
        """Start the outside parties and add their addresses to the settings."""
        self.stripe = self.call_stripe()
        self.carrier = Party(
            "oms.local.carrier",
            self.folder / "carrier",
            "--key",
            CARRIER_KEY,
            "--webhook-secret",
            CARRIER_SECRET,
            "--webhook-url",
            f"{self.url}/webhooks/carriers/hollow-post",
        )
        self.mail = Party("oms.local.mail", self.folder)
        self.environ |= {
            "STRIPE_API_BASE": self.stripe.address,
            "CARRIER_URL": self.carrier.address,
            "CARRIER_KEY": CARRIER_KEY,
            "CARRIER_WEBHOOK_SECRET": CARRIER_SECRET,
            "SMTP_URL": self.mail.address,
        }
        if self.sends_texts:
            self.texts = self.call_texts()
            self.environ |= {"SMS_URL": self.texts.address, "SMS_KEY": TEXTS_KEY, "SMS_SECRET": TEXTS_SECRET}

    def call_texts(self) -> Party:
        """Start the text service."""
        known = ("--key", TEXTS_KEY, "--webhook-secret", TEXTS_SECRET)
        where = ("--webhook-url", f"{self.url}/webhooks/texts")
        return Party("oms.local.texts", self.folder / "texts", *known, *where)

    def call_stripe(self, *more: str) -> Party:
        """Start Stripe with the keys of the settings, and more options."""
        return Party(
            "oms.local.stripe",
            self.folder / "stripe",
            "--key",
            self.environ["STRIPE_SECRET_KEY"],
            "--webhook-secret",
            self.environ["STRIPE_WEBHOOK_SECRET"],
            "--webhook-url",
            f"{self.url}/webhooks/stripe",
            *more,
        )

    def serve(self) -> None:
        """Start web server, worker and relay."""
        server = f"granian --interface wsgi --host 127.0.0.1 --port {self.port} --workers {self.workers}"
        self.run_process(
            sys.executable,
            "-m",
            *server.split(),
            "--blocking-threads",
            "4",
            "--no-access-log",
            "wsgi:application",
            without=not_for_web(self.environ),
        )
        for _ in range(self.hands):
            self.run_process(sys.executable, "-m", "oms.worker")
        self.run_process(sys.executable, "-m", "oms.worker", "relay")

    def run_process(self, *command: str, without: frozenset[str] = frozenset()) -> None:
        """Start a process of the shop, which writes into one log with the others; untold some settings."""
        log = (self.folder / "processes.log").open("ab")
        told = {name: value for name, value in self.environ.items() if name not in without}
        self.processes.append(subprocess.Popen(command, cwd=ROOT, env=told, stdout=log, stderr=log))

    def ask(self, path: str, **more: Any) -> requests.Response:  # noqa: ANN401 - what requests takes
        """Ask the shop for a page, as a program does."""
        return requests.get(f"{self.url}{path}", timeout=10, **more)

    def _is_ready(self) -> bool:
        try:
            return self.ask("/healthz").status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        for party in (self.stripe, self.carrier, self.mail, self.texts):
            if party is not None:
                party.stop()

    def flask(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one command of `flask --app wsgi`."""
        return self.run_command(sys.executable, "-m", "flask", "--app", "wsgi", *command)

    def run_command(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one command with the settings of the shop, to its end."""
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False
        )


class Shopper:
    """A browser without script: an address of its own, cookies, and the forms of the last page."""

    def __init__(self, shop: RunningShop, number: int) -> None:
        self.shop = shop
        self.http = requests.Session()
        self.http.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def add(self, sku: str, quantity: int = 1) -> requests.Response:
        """Put something into the cart."""
        data = {"sku": sku, "quantity": str(quantity)}
        ours = {"Sec-Fetch-Site": "same-origin"}
        return self.http.post(
            f"{self.shop.url}/cart/lines", data=data, headers=ours, allow_redirects=False, timeout=60
        )

    def checkout(self) -> dict[str, str]:
        """Open the checkout and return the hidden fields of its form; empty when it leads elsewhere."""
        page = self.http.get(f"{self.shop.url}/checkout", timeout=60)
        return dict(
            re.findall(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', _ordered(page.text))
        )

    def pay(self, hidden: dict[str, str], **typed: str) -> requests.Response:
        """Send the form of the checkout; a 303 leads to Stripe."""
        data = {**hidden, **ADA, **typed}
        return self.http.post(f"{self.shop.url}/checkout", data=data, allow_redirects=False, timeout=60)


ADA = {
    "email": "ada@shop.test",
    "country": "NL",
    "name": "Ada Lind",
    "street": "Rapenburg 70",
    "postcode": "2311 EZ",
    "city": "Leiden",
    "method": "post-eu",
    "step": "pay",
}


def _ordered(html: str) -> str:
    """Write each input's type, name and value in one order, for one pattern to read."""

    def sort(found: re.Match[str]) -> str:
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', found[0]))
        wanted = {name: attributes.get(name, "") for name in ("type", "name", "value")}
        return "<input " + " ".join(f'{name}="{value}"' for name, value in wanted.items()) + ">"

    return re.sub(r"<input[^>]*>", sort, html)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    knows(port)
    return port
