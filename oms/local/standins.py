"""Stand-ins for outside parties that are not configured: each a process of its own on loopback."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from oms.local.errors import LocalError
from oms.local.supervisor import Supervisor

_PATIENCE = 120.0  # seconds, on a machine that is busy; one that dies is noticed at once
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Standin:
    """One stand-in: the setting that makes it needless, the one it provides, its folder, its options."""

    name: str
    configured_by: str
    provides: str
    folder: str
    options: tuple[tuple[str, str], ...] = ()
    webhook: str = ""
    fixed: tuple[str, ...] = ()

    def announcement(self, state: Path) -> Path:
        """Return the file that it writes its address into when it answers."""
        return state / "addresses" / self.name

    def command(self, port: int, state: Path, environ: Mapping[str, str], shop: str) -> list[str]:
        """Return the command that starts it; `shop` is the address that its webhooks go to."""
        words = [sys.executable, "-m", f"oms.local.{self.name}", "--port", str(port)]
        words += [
            "--state",
            str(state / self.folder),
            "--announce",
            str(self.announcement(state)),
            *self.fixed,
        ]
        # In one word, as a random secret may begin with a dash.
        words += [f"{option}={environ[setting]}" for option, setting in self.options]
        return [*words, "--webhook-url", shop + self.webhook] if self.webhook else words


STANDINS = (
    Standin(
        "stripe",
        configured_by="STRIPE_SECRET_KEY",
        provides="STRIPE_API_BASE",
        folder="stripe",
        options=(("--key", "STRIPE_SECRET_KEY"), ("--webhook-secret", "STRIPE_WEBHOOK_SECRET")),
        webhook="/webhooks/stripe",
    ),
    Standin(
        "carrier",
        configured_by="CARRIER_URL",
        provides="CARRIER_URL",
        folder="carrier",
        options=(("--key", "CARRIER_KEY"), ("--webhook-secret", "CARRIER_WEBHOOK_SECRET")),
        webhook="/webhooks/carriers/hollow-post",
        fixed=("--auto-deliver", "30"),  # seconds from step to step: a parcel arrives while one is looking
    ),
    Standin("mail", configured_by="SMTP_URL", provides="SMTP_URL", folder="."),
)


# Where a command finds a party whose stand-in does not run: the discard port of this machine, as a made-up
# key must never reach the party itself.
NOWHERE = {
    "STRIPE_API_BASE": "http://127.0.0.1:9",
    "CARRIER_URL": "http://127.0.0.1:9",
    "SMTP_URL": "smtp://127.0.0.1:9",
}


def needed(environ: Mapping[str, str]) -> list[Standin]:
    """Return the stand-ins of the parties that the settings do not name."""
    return [standin for standin in STANDINS if not environ.get(standin.configured_by)]


def start_standins(
    watcher: Supervisor, state: Path, environ: Mapping[str, str], shop: str, parties: list[Standin]
) -> dict[str, str]:
    """Start stand-ins together and return the settings that name their addresses.

    One that dies is started again at the same address. Raises LocalError where one does not answer, or where
    the shop does not listen on loopback, the only place that stand-ins send to.
    """
    if parties and urlsplit(shop).hostname not in _LOOPBACK:
        raise LocalError(
            "stand-ins reach the shop on loopback only: set HOST to 127.0.0.1, or to 0.0.0.0 for all"
        )
    for standin in parties:
        (state / standin.folder).mkdir(mode=0o700, exist_ok=True)
        standin.announcement(state).parent.mkdir(exist_ok=True)
        standin.announcement(state).unlink(missing_ok=True)
        watcher.add(standin.name, standin.command(0, state, environ, shop))
    found = {}
    for standin in parties:
        address = _announced(watcher, standin, standin.announcement(state))
        again = standin.command(urlsplit(address).port or 0, state, environ, shop)
        watcher.replace_command(standin.name, again)
        found[standin.provides] = address
    return found


def _announced(watcher: Supervisor, standin: Standin, path: Path) -> str:
    limit = time.monotonic() + _PATIENCE
    while not path.exists():
        if watcher.is_failing(standin.name) or time.monotonic() > limit:
            raise LocalError(
                f"the stand-in for {standin.name} does not start: see {path.parents[1] / 'logs'}"
            )
        watcher.watch(0.02)
    return path.read_text(encoding="ascii").strip()
