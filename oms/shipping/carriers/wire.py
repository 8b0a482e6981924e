"""What we say to any carrier and what we read of its answers."""

from dataclasses import dataclass, field

from oms.kernel.errors import CounterfoilError
from oms.kernel.money import Money
from oms.shipping.customs import CustomsLine


class LabelRefusedError(CounterfoilError):
    """The carrier refuses this label."""

    code = "label_refused"


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a parcel's way, as it stands on the label; not shown in a log."""

    name: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    country: str
    city: str = field(default="", repr=False)
    region: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label to buy: equal on each retry, so that the key finds the first one. Grams, minor units."""

    key: str
    reference: str
    service: str
    sender: Place
    to: Place
    grams: int
    currency: str
    customs: tuple[CustomsLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Bought:
    """A label: the carrier's id, the tracking number, the page to print, the price; not shown in a log."""

    label_ref: str
    tracking: str = field(repr=False)
    pdf: bytes = field(repr=False)
    price: Money | None = None
