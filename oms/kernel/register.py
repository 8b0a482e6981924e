"""The register: every personal field declared once; all that is said or done about it is read here.

A sealed dataclass is declared with one set of purposes, one legal basis and one retention rule for all its
fields, so that a mixture cannot be written. A table names each of its columns as plain or pseudonymous.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Category(StrEnum):
    """The kinds of personal data, in the words of the privacy notice."""

    CONTACT = "contact"
    ADDRESS = "address"
    ORDER_HISTORY = "order history"
    DEVICE = "device"
    MESSAGE = "message"
    EVIDENCE = "evidence"
    ACCOUNT = "account"
    ABUSE = "signs of abuse"


class Purpose(StrEnum):
    """Why a field may be opened: a closed list."""

    DELIVERY = "delivery"
    ORDER_MESSAGES = "order messages"
    AFTER_SALES = "after-sales"
    PAYMENT = "payment"
    ACCOUNT = "account"
    SECURITY = "security"
    RIGHTS = "your rights"


class Job(StrEnum):
    """What the shop does by itself that must open something; each job reads what its readers' line says."""

    LABELS = "labels"
    TRACKING = "tracking"
    PAYMENTS = "payments"
    LETTERS = "letters"
    TEXTS = "texts"
    NOTICES = "notices"
    CODES = "codes"
    ANSWERS = "answers"
    SIGN_IN = "sign-in"
    MASKS = "masks"
    REQUESTS = "requests"
    COPIES = "copies"
    ERASURE = "erasure"
    ARRIVALS = "arrivals"
    EXPORTS = "exports"
    AUTHORITIES = "authorities"


# Whoever it is about, and the erasure; a mailbox also where a copy or word of a breach must reach somebody.
THEIR_OWN = "buyer guest erasure"
THEIR_MAILBOX = "buyer guest erasure copies notices"


class Basis(StrEnum):
    """The legal bases of GDPR Art. 6(1) that this shop uses."""

    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal obligation"
    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate interest"


class Event(StrEnum):
    """What starts a retention clock."""

    SEALED = "it was given"
    DELIVERED = "delivery"
    RETURN_WINDOW_ENDED = "the end of the return window"
    ACCOUNT_CLOSED = "the account is closed"


class Erase(StrEnum):
    """What erasing does to a field besides destroying its key."""

    DELETE_ROW = "delete row"
    CLEAR = "clear"
    DELETE_FILE = "delete file"


@dataclass(frozen=True, slots=True)
class Retention:
    """Kept for `days` after an event; for at most `at_most` days after sealing should it never come."""

    after: Event
    days: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Field:
    """One personal field: name, label, why it is asked, category, recipients; `...` where never `empty`."""

    name: str
    label: str
    why: str
    category: Category
    recipients: tuple[str, ...]
    indexed: bool
    free_text: bool
    empty: Any = ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One sealed dataclass: its fields share purposes, basis, retention and the unit they go with."""

    name: str
    unit: str
    type: type[Any]
    purposes: frozenset[Purpose]
    basis: Basis
    retention: Retention
    erase: Erase
    fields: tuple[Field, ...]
    source: str = "you"
    readers: Mapping[Purpose, frozenset[str]] = dataclasses.field(default_factory=dict, compare=False)

    def opens_for(self, purpose: Purpose, parts: frozenset[str]) -> bool:
        """Say whether one of these parts (roles, `buyer`, `guest`, jobs) may open it for a purpose."""
        return purpose in self.purposes and not parts.isdisjoint(self.readers.get(purpose, frozenset()))

    def field(self, name: str) -> Field:
        """Return a field by name; raises KeyError."""
        return (
            next(f for f in self.fields if f.name == name) if name in self.names() else _missing(self, name)
        )

    def names(self) -> tuple[str, ...]:
        """Return the names of the fields, in order."""
        return tuple(f.name for f in self.fields)

    def spare(self) -> tuple[str, ...]:
        """Return the fields that a record can do without: they may be empty, and are no part of an address.

        Half an address leads to another door.
        """
        places = [f for f in self.fields if f.category is Category.ADDRESS]
        part = places if len(places) > 1 else []
        return tuple(f.name for f in self.fields if f.empty is not ... and f not in part)

    def apart(self, name: str) -> str:
        """Return what a field of this kind is called where it stands apart: `order.delivery:phone`."""
        return f"{self.name}{_APART}{name}"


@dataclass(frozen=True, slots=True)
class Place:
    """Something that holds data beside the vault: a file store, cookie, cache key, log field or queue."""

    name: str
    holds: str
    personal: bool
    purpose: str
    life: str


# What somebody has of us and can claim; codes, copies and requests live for days and serve their rights.
OWNED = ("order", "account")
KINDS: dict[str, Kind] = {}
_APART = ":"
PLACES: dict[str, Place] = {}


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table's columns are: plain facts of commerce, or pseudonymous (random ids, keyed digests)."""

    plain: frozenset[str]
    pseudonymous: frozenset[str]


@dataclass(frozen=True, slots=True)
class Life:
    """How long the rows of a table are kept: some days after the moment in a column, where this holds.

    `years`, as books are kept: whole calendar years after the year of the moment. Rows of other tables that
    cannot stand without a row go with it.
    """

    after: str
    days: int = 0
    where: str = ""
    years: int = 0


TRACES: dict[str, Columns] = {}


def columns(plain: str, pseudonymous: str = "") -> Columns:
    """Declare a table's columns by name; the tests refuse a column that is in neither list, or in both."""
    return Columns(frozenset(plain.split()), frozenset(pseudonymous.split()))


def personal(  # noqa: PLR0913 - a declaration is complete or it is nothing
    label: str,
    why: str,
    category: Category,
    *,
    recipients: tuple[str, ...] = (),
    indexed: bool = False,
    free_text: bool = False,
    default: Any = dataclasses.MISSING,  # noqa: ANN401 - a dataclass default may be anything
) -> Any:  # noqa: ANN401 - stands where the field's own type is declared
    """Declare one field of a sealed dataclass; label and why are shown to the person, in English source text.

    `indexed` fields can be found again by exact value through a keyed blind index.
    """
    declared = {"label": label, "why": why, "category": category, "recipients": recipients}
    metadata = {"register": {**declared, "indexed": indexed, "free_text": free_text}}
    return dataclasses.field(default=default, metadata=metadata, kw_only=default is not dataclasses.MISSING)


def sealed(  # noqa: PLR0913 - a declaration is complete or it is nothing
    name: str,
    *,
    unit: str,
    purposes: frozenset[Purpose],
    basis: Basis,
    retention: Retention,
    erase: Erase = Erase.DELETE_ROW,
    source: str = "you",
    readers: Mapping[Purpose, str] | None = None,
) -> Callable[[type[T]], type[T]]:
    """Register a frozen dataclass as a kind of sealed record; `unit` is what it goes with (order, account).

    `source` is who gave it: the person themselves unless another is named (GDPR, article 15(1)(g)).
    `readers` says who opens it for which purpose, in words with blanks between: roles of staff, `buyer`,
    `guest`, and jobs. Who is not named opens nothing.

    Raises TypeError for a class that is not a frozen dataclass, an undeclared field, readers for a purpose
    that it does not serve, or a name taken twice.
    """
    read = {purpose: frozenset(words.split()) for purpose, words in (readers or {}).items()}

    def declare(cls: type[T]) -> type[T]:
        if not dataclasses.is_dataclass(cls) or not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"{cls.__name__} must be a frozen dataclass")
        if name in KINDS:
            raise TypeError(f"{name} is registered twice")
        if not read.keys() <= purposes:
            raise TypeError(f"{name} names readers for a purpose that it does not serve")
        fields = tuple(_field(cls, f) for f in dataclasses.fields(cls))
        KINDS[name] = Kind(name, unit, cls, purposes, basis, retention, erase, fields, source, read)
        return cls

    return declare


def _field(cls: type[Any], field: "dataclasses.Field[Any]") -> Field:
    if "register" not in field.metadata:
        raise TypeError(f"{cls.__name__}.{field.name} is not declared personal()")
    empty = ... if field.default is dataclasses.MISSING else field.default
    return Field(name=field.name, empty=empty, **field.metadata["register"])


def with_apart(names: Iterable[str]) -> list[str]:
    """Return kinds by name, each with what its fields are called where they stand apart."""
    spare = {name: KINDS[name].spare() if name in KINDS else () for name in names}
    return [*spare, *(KINDS[name].apart(field) for name, fields in spare.items() for field in fields)]


def whole(name: str) -> str:
    """Return the kind to which a name belongs, be it that of a field that stands apart or its own."""
    return name.partition(_APART)[0]


def _missing(kind: Kind, name: str) -> Field:
    raise KeyError(f"{kind.name} has no field {name}")


def kind_of(cls: type[Any]) -> Kind:
    """Return the registered kind of a sealed dataclass; raises KeyError for an undeclared class."""
    for kind in KINDS.values():
        if kind.type is cls:
            return kind
    raise KeyError(f"{cls.__name__} is not in the register")


def declare_place(name: str, *, holds: str, personal: bool, purpose: str, life: str) -> str:
    """Declare a store beside the vault (cookie, file store, cache key, log field); return its name."""
    PLACES[name] = Place(name, holds, personal, purpose, life)
    return name


def declare_traces(channel: str, plain: str, pseudonymous: str = "") -> None:
    """Declare the names that may be told to a channel (queue payload, log line, mail, session), by name."""
    TRACES[channel] = columns(plain, pseudonymous)
