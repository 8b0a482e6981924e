"""Outside parties for tests, as real processes and servers on loopback."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import requests

# What a test itself says to a stand-in bears this; the ear does not take it for the shop's.
OURS = {"Counterfoil-Test": "1"}
STRIPE_KEY = "sk_test_counterfoil"
STRIPE_SECRET = "whsec_counterfoil"
CARRIER_KEY = "hollow-post-token"
CARRIER_SECRET = "hollow-post-secret"
TEXTS_KEY = "texts-key"
TEXTS_SECRET = "texts-secret"


def MARKET_ACCOUNTS(address: str) -> dict[str, dict[str, str]]:  # noqa: N802 - as the other keys
    """Return an account at each marketplace, as CHANNELS has them, at the stand-in of this address."""
    amazon = {
        "channel": "amazon",
        "url": f"{address}/amazon",
        "token_url": f"{address}/amazon/auth/o2/token",
        "client_id": "amzn1.application-oa2-client.counterfoil",
        "client_secret": "amazon-client-secret",
        "refresh_token": "Atzr|amazon-refresh-token",
        "seller": "A2COUNTERFOIL1",
        "marketplace": "A1PA6795UKMFR9",
    }
    shopify = {
        "channel": "shopify",
        "url": f"{address}/shopify",
        "token": "shpat_counterfoil",
        "secret": "shopify-webhook-secret",
        "location": "905684977",
    }
    tiktok = {
        "channel": "tiktok",
        "url": f"{address}/tiktok",
        "token_url": f"{address}/tiktok/api/v2/token/refresh",
        "app_key": "counterfoil-app",
        "app_secret": "tiktok-app-secret",
        "refresh_token": "ROW_tiktok-refresh-token",
        "shop_cipher": "ROW_counterfoil",
        "warehouse": "7498560733279340293",
    }
    return {"amazon-eu": amazon, "shopify-own": shopify, "tiktok-uk": tiktok}


# Seconds; a machine that does much else is slow to start a process, and no test is about that.
_PATIENCE = 60.0


def wait_until(is_so: Callable[[], Any], patience: float = _PATIENCE) -> Any:  # noqa: ANN401 - whatever is awaited
    """Return what `is_so` gives once it is truthy; fails the test when it never is."""
    limit = time.monotonic() + patience
    while not (found := is_so()):
        assert time.monotonic() < limit, "this never came true"
        time.sleep(0.01)
    return found


class Party:
    """A stand-in process with a state folder that outlives it; not `heard` where only tests ask it."""

    def __init__(self, module: str, folder: Path, *options: str, heard: bool = True) -> None:
        self.folder = folder
        self._environ = {**os.environ, **({} if heard else {"COUNTERFOIL_EAR_DEAF": "1"})}
        self._announcement = folder / "address"
        self._command = [
            sys.executable,
            "-m",
            module,
            "--state",
            str(folder),
            "--announce",
            str(self._announcement),
        ]
        self._command += options
        self.address = ""
        self.start()

    def start(self) -> None:
        """Start it, at its old port when it had one."""
        port = self.address.rpartition(":")[2] or "0"
        self._announcement.unlink(missing_ok=True)
        self._process = subprocess.Popen([*self._command, "--port", port], env=self._environ)
        wait_until(lambda: self._announcement.exists() or self._process.poll() is not None)
        assert self._announcement.exists(), "the stand-in did not start"
        self.address = self._announcement.read_text(encoding="ascii").strip()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def stop(self) -> int:
        """Ask it to end; returns its exit status."""
        self._process.terminate()
        return self._process.wait(_PATIENCE)

    def kill(self) -> None:
        """End it as a power cut of the process would."""
        self._process.kill()
        self._process.wait(_PATIENCE)

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Read from the control door."""
        return requests.get(f"{self.address}/_control/{path}", headers=OURS, timeout=10).json()

    def post(self, path: str, /, **sent: Any) -> Any:  # noqa: ANN401 - any JSON
        """Steer through the control door; fails the test when it refuses."""
        answer = requests.post(f"{self.address}/_control/{path}", json=sent, headers=OURS, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, kind: str, **scope: Any) -> None:  # noqa: ANN401 - any JSON
        """Plant a fault."""
        self.post("faults", kind=kind, **scope)

    def heal(self) -> None:
        """Clear every planted fault; what it knows stays."""
        assert requests.delete(f"{self.address}/_control/faults", headers=OURS, timeout=10).ok

    def pay(self, session: str, card: str = "4242424242424242", **more: Any) -> str:  # noqa: ANN401 - any JSON
        """Pay a Stripe session without its page; returns the outcome."""
        return str(self.post(f"sessions/{session}/pay", card=card, **more)["outcome"])

    def reset(self) -> None:
        """Forget everything and heal every fault."""
        self.post("reset")


@dataclass
class Note:
    """One webhook as it arrived."""

    body: bytes
    headers: dict[str, str]
    at: float

    @property
    def type(self) -> str:
        """The event's type."""
        return str(json.loads(self.body)["type"])


@dataclass
class Listener:
    """A server that takes webhooks and remembers them; `answers` are the statuses it gives, then 200."""

    notes: list[Note] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.notes.append(Note(body, dict(self.headers), time.monotonic()))
                self.send_response(listener.answers.pop(0) if listener.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "8")
                self.end_headers()
                self.wfile.write(b"the shop")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where webhooks should go."""
        return f"http://127.0.0.1:{self._server.server_port}/webhooks"

    def types(self) -> list[str]:
        """Return the event types in the order of their arrival."""
        return [note.type for note in self.notes]

    def wait_for(self, count: int) -> list[Note]:
        """Return the notes once there are `count` of them."""
        wait_until(lambda: len(self.notes) >= count)
        return self.notes
