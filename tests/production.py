"""A shop as merchants run it for real people: strong settings, Procfile's processes, HTTPS, two clusters."""

import base64
import os
import secrets
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from oms.kernel import clock
from oms.kernel.places import STORES
from oms.local.logins import login_settings
from tests.certificates import Certificate, certificate
from tests.fakes import Party
from tests.forwarding import Forwarder
from tests.running import ROOT, RunningShop


def strong_settings(folder: Path) -> dict[str, str]:
    """Return settings that production takes; nobody answers at their addresses. STATE_DIR is the folder."""
    return {
        "APP_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": "postgresql://nowhere/shop?sslmode=verify-full",
        "KEYRING_URL": "postgresql://elsewhere/keyring?sslmode=verify-full",
        "REDIS_URL": "rediss://nowhere",
        "STRIPE_SECRET_KEY": f"sk_live_{secrets.token_hex(12)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_urlsafe(24)}",
        "SMTP_URL": "smtps://nowhere",
        "MAIL_FROM": "orders@counterfoil.shop",
        "PUBLIC_URL": "https://shop.test",
        "DESK_HOST": "desk.shop.test",
        "STATE_DIR": str(folder),
        "PLACES": "; ".join(f"{name}=A hoster/NL" for name in PLACES),
        "AGREEMENTS_REVIEW": ", ".join(
            f"{name}={clock.today() + timedelta(days=365)}" for name in RECIPIENTS
        ),
        "POLICY_LINKS": ", ".join(f"{name}=https://told.example/privacy" for name in RECIPIENTS),
    }


RECIPIENTS = ("stripe", "carrier", "mail service")
PLACES = (*STORES, *RECIPIENTS)


@dataclass
class ProductionShop(RunningShop):
    """The processes of Procfile under production's settings; the web server ends TLS itself.

    Shop and desk have hosts of their own, as browsers find every name below `localhost` on this machine.
    Stripe's stand-in is met at `network`, this machine's address in its network; no carrier sells labels.
    """

    network: str = ""
    trusted: Certificate | None = None
    forwarder: Forwarder | None = None

    @property
    def desk_url(self) -> str:
        """Where staff go."""
        return f"https://desk.localhost:{self.port}"

    @property
    def pay_url(self) -> str:
        """Where Stripe's pages are."""
        assert self.forwarder is not None
        return self.forwarder.address

    def address(self) -> str:
        """Return where shoppers go."""
        return f"https://localhost:{self.port}"

    def settings(self) -> dict[str, str]:
        """Return strong settings, over this shop's own stores."""
        own = filter(None, ("localhost", "desk.localhost", self.network))
        self.trusted = certificate(self.folder, *own)
        return {
            **strong_settings(self.folder),
            "DATABASE_URL": self.stores.database,
            "KEYRING_URL": self.stores.keyring,
            **login_settings(self.stores.database, self.stores.keyring),
            "REDIS_URL": self.stores.redis,
            "PUBLIC_URL": self.url,
            "DESK_HOST": self.desk_url.removeprefix("https://"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "GRANIAN_SSL_CERTIFICATE": str(self.trusted.certificate),
            "GRANIAN_SSL_KEYFILE": str(self.trusted.key),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def call_parties(self) -> None:
        """Start Stripe, which trusts the authority of this shop, and the mail server."""
        assert self.trusted is not None
        self.stripe = self.call_stripe("--webhook-authority", str(self.trusted.authority), "--behind-tls")
        self.forwarder = Forwarder(self.network, int(self.stripe.address.rpartition(":")[2]), self.trusted)
        self.mail = Party("oms.local.mail", self.folder)
        self.environ |= {
            "STRIPE_API_BASE": self.forwarder.address,
            "SSL_CERT_FILE": str(self.trusted.authority),
            "SMTP_URL": self.mail.address,
        }

    def serve(self) -> None:
        """Bring the databases to the newest schema and start web, worker and relay, as Procfile says."""
        lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
        release = self.run_command("sh", "-c", lines.pop("release"))
        assert release.returncode == 0, release.stderr
        for command in lines.values():
            self.run_process("sh", "-c", f"exec {command}")

    def ask(self, path: str, **more: Any) -> requests.Response:  # noqa: ANN401 - what requests takes
        """Ask the shop for a page, as a program that trusts its authority."""
        assert self.trusted is not None
        wanted = {"allow_redirects": False, "verify": str(self.trusted.authority), **more}
        return requests.get(f"{self.url}{path}", timeout=60, **wanted)

    def stop(self) -> None:
        """End every process, and the way to Stripe."""
        super().stop()
        if self.forwarder is not None:
            self.forwarder.stop()
