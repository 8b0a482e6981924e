"""What is said to any marketplace and by it, in our words: figures in minor units, times in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from oms.channels.states import SoldState
from oms.kernel.errors import HeldError, RefusedError


class NotAllowedError(RefusedError):
    """The marketplace does not let us in any more: the authorization has ended."""


class ForbiddenError(HeldError):
    """The marketplace does not let our app do this: see which rights it has there."""


class ChannelRefusedError(RefusedError):
    """The marketplace refuses this request; `message` has its code, never a value that it was told."""


class UnknownThereError(ChannelRefusedError):
    """The marketplace has no such thing."""


@dataclass(frozen=True, slots=True)
class SoldLine:
    """Units of a SKU as they were sold; `total` is after discounts, with tax where `Sold.tax_included`."""

    ref: str
    sku: str
    title: str
    quantity: int
    total: int
    tax: int


@dataclass(frozen=True, slots=True)
class Sold:
    """An order as a marketplace tells it, without its person; of the postcode two characters at most.

    What is for us to send (`TO_SEND`) has a country and lines with figures. What is pending or cancelled has
    no lines, and where nobody said them no country and no currency.

    `collects_tax` where the marketplace owes the tax itself: then it is in no figure here. `is_tax_free`
    where it says that none is owed; else, where prices hold the tax, silence does not say that there is none.
    """

    ref: str
    state: SoldState
    changed_at: datetime
    placed_at: datetime
    currency: str
    country: str
    tax_included: bool
    lines: tuple[SoldLine, ...]
    delivery: int = 0
    delivery_tax: int = 0
    region: str = ""
    postcode_prefix: str = ""
    collects_tax: bool = False
    is_tax_free: bool = False

    @property
    def goods(self) -> int:
        """Return what the lines cost together."""
        return sum(line.total for line in self.lines)

    @property
    def tax(self) -> int:
        """Return the tax of everything."""
        return sum(line.tax for line in self.lines) + self.delivery_tax


@dataclass(frozen=True, slots=True)
class Unread:
    """An order that cannot be read: what is known of it."""

    ref: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Where a marketplace has us send something, for the label alone."""

    name: str = field(repr=False)
    street: str = field(repr=False)
    country: str
    city: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    region: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What may be sold of a listing: its SKU there, its own id there where SKUs name nothing, the units."""

    sku: str
    ref: str
    units: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel on its way: units by line there, who carries it, under which number, since when."""

    ref: str
    key: str
    lines: tuple[tuple[str, int], ...]
    carrier: str
    number: str = field(repr=False)
    at: datetime


# The types of a webhook after which no order is asked for: its person is to be erased, or everybody of the
# account; somebody asks what is known.
ERASE, ERASE_ALL, TELL = "erase", "erase-all", "tell"


@dataclass(frozen=True, slots=True)
class Rung:
    """One webhook: the event's own id, its type there or one of ours, the orders it is about, when."""

    event_id: str
    type: str
    refs: tuple[str, ...]
    at: datetime


class Connector(Protocol):
    """One account at a marketplace.

    Each raises UnavailableError while the marketplace is away or speaks no sense, NotAllowedError where it
    does not let us in, ForbiddenError where not to this, ChannelRefusedError where it refuses what was asked.
    """

    def changed(self, since: datetime) -> Iterator[Sold | Unread]:
        """Give every order that changed since a moment, the oldest change first."""
        ...

    def one(self, ref: str) -> Sold | None:
        """Return an order; None where there is none of this reference."""
        ...

    def address(self, ref: str) -> Address:
        """Return where an order goes; asked for what we send ourselves, and for nothing else."""
        ...

    def tell_stock(self, shelf: Shelf) -> None:
        """Set how many units of a listing can be sold; told twice, it stays so."""
        ...

    def tell_sent(self, sent: Sent) -> None:
        """Say that a parcel is on its way; told twice under one key, it is said once."""
        ...

    def rung(self, body: bytes, headers: dict[str, str]) -> Rung:
        """Return what a webhook says; headers in lower case. Raises ValueError where it is not theirs."""
        ...
