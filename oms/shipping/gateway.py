"""The only door to carriers, in our words: buy a label, find it again, void it; never in a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oms.kernel import db, egress
from oms.kernel.config import Settings
from oms.kernel.errors import UnavailableError
from oms.shipping.carriers import hollow_post
from oms.shipping.carriers.hollow_post import Client
from oms.shipping.carriers.known import HOLLOW
from oms.shipping.carriers.wire import Bought, Wanted


@dataclass(frozen=True, slots=True)
class _Doors:
    """The configured clients by carrier code, and the secrets that sign what they tell us."""

    clients: Mapping[str, Client] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_doors: list[_Doors] = [_Doors()]


def configure(settings: Settings) -> None:
    """Open the clients of this process from the settings; without an address a carrier is not there."""
    egress.reach("carrier", settings.carrier_url)
    if not settings.carrier_url:
        _doors[0] = _Doors()
        return
    secrets = tuple(secret for secret in settings.carrier_webhook_secret.split(",") if secret)
    client = hollow_post.connect(settings.carrier_url, settings.carrier_key)
    _doors[0] = _Doors({HOLLOW.code: client}, {HOLLOW.code: secrets})


def _client(carrier: str) -> Client:
    db.require_none_open("A carrier")
    egress.require_agreement("carrier")
    found = _doors[0].clients.get(carrier)
    if found is None:
        raise UnavailableError("This carrier is not configured: set CARRIER_URL and CARRIER_KEY.")
    return found


def secrets_of(carrier: str) -> tuple[str, ...]:
    """Return the secrets that a carrier may sign with; none where it is not configured."""
    return _doors[0].secrets.get(carrier, ())


def buy(carrier: str, wanted: Wanted) -> Bought:
    """Buy a label, or find the one that this key bought; raises UnavailableError, LabelRefusedError."""
    return _client(carrier).buy(wanted)


def find(carrier: str, reference: str) -> Bought | None:
    """Return the label that a carrier has sold under a reference; raises UnavailableError."""
    return _client(carrier).find(reference)


def void(carrier: str, reference: str) -> int:
    """Void every label of a reference that was not handed over; return how many there are.

    Raises UnavailableError, or LabelRefusedError when the parcel is on its way.
    """
    return _client(carrier).void(reference)


def forget(carrier: str, reference: str) -> str:
    """Have a carrier forget whom a parcel went to; return its acknowledgment, the same each time.

    Raises UnavailableError, or LabelRefusedError while the parcel is on its way.
    """
    return _client(carrier).forget(reference)


def status(carrier: str, number: str) -> str:
    """Return the carrier's last word about a parcel; empty when it knows none. Raises UnavailableError."""
    return _client(carrier).status(number)
