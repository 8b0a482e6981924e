"""The whole shop on a server of this process, store and desk, with its parties beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from oms.app import create_desk
from oms.kernel import clock, places
from oms.kernel.config import Settings
from oms.shipping import gateway as carriers
from oms.web.mounting import mounted
from storefront.app import create_store
from tests.fakes import CARRIER_KEY, CARRIER_SECRET, STRIPE_SECRET, Party
from tests.running import answering


@dataclass
class Open:
    """An open shop: its address, and who stands beside it."""

    url: str
    stripe: Party | None
    carrier: Party | None


@contextmanager
def opened(settings: Settings, stripe: Party, carrier: Party) -> Iterator[Open]:
    """Open the shop, until the caller is done; Stripe lies abroad."""
    ours = replace(
        settings,
        trusted_proxies=1,
        stripe_api_base=stripe.address,
        carrier_url=carrier.address,
        carrier_key=CARRIER_KEY,
        carrier_webhook_secret=CARRIER_SECRET,
        places=f"stripe=Stripe/IE+US/scc/{clock.today() + timedelta(days=90)}",
    )
    places.configure(ours)
    carriers.configure(ours)
    with answering(mounted(create_store(ours), create_desk(ours), "")) as url:
        stripe.post("webhooks", url=f"{url}/webhooks/stripe", secrets=[STRIPE_SECRET])
        hook = f"{url}/webhooks/carriers/hollow-post"
        carrier.post("webhooks", url=hook, secrets=[CARRIER_SECRET])
        yield Open(url, stripe, carrier)
    places.configure(settings)
