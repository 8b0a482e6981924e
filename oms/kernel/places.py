"""Where data lies: of every store and recipient the provider, the countries, and what lets data go there.

The setting PLACES says it, and production must. What lies outside the European Economic Area needs a
mechanism (GDPR, articles 44 to 49; PIPL, article 38) and a day by which it is looked at again. After that
day, without a mechanism, or undeclared, nothing new goes there; what people ask about their own data goes on.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, transaction
from oms.kernel.errors import ConfigurationError, HeldError

# Where this program itself puts things; whom it tells is declared in `egress`.
STORES = (
    "database",
    "keyring",
    "queue",
    "files",
    "backups of the data",
    "backups of the keyring",
    "audit anchors",
    "tombstones",
    "logs",
)
# Where what a new order or a new account gives comes to lie.
_OF_PEOPLE = ("database", "keyring", "files")
WARNING = timedelta(days=30)
# Regulation (EU) 2016/679, as taken over by the EEA Joint Committee's decision 154/2018: EU, Iceland,
# Liechtenstein, Norway.
_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
EEA = frozenset(re.findall("[A-Z]{2}", _EEA))
# Countries with a decision by the European Commission under article 45; the United States for certified
# companies, Canada for commercial ones.
# https://commission.europa.eu/law/law-topic/data-protection/international-dimension-data-protection
# (page `adequacy-decisions_en`, read in November 2026)
ADEQUATE = frozenset(re.findall("[A-Z]{2}", "AD AR CA CH FO GB GG IL IM JE JP KR NZ US UY"))
HERE = "this machine"
_ENTRY = re.compile(r"([a-z ]+)=([^/;=]{2,80})/([A-Z]{2}(?:\+[A-Z]{2})*)(?:/([a-z]+)/(\d{4}-\d\d-\d\d))?")
_HINT = "database=Provider/DE; stripe=Stripe/IE+US/adequacy/2027-05-31"


class Mechanism(StrEnum):
    """What lets data go to a country outside: a decision, clauses, China's standard contract, or a yes."""

    NONE = ""
    ADEQUACY = "adequacy"
    CLAUSES = "scc"
    CONTRACT = "contract"
    CONSENT = "consent"


class TransferRefusedError(HeldError):
    """Data may not go to this place now. It waits here until that is settled."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one store or recipient is; without countries it is this very machine."""

    name: str
    provider: str
    countries: tuple[str, ...]
    mechanism: Mechanism = Mechanism.NONE
    review: date | None = None

    @property
    def outside(self) -> tuple[str, ...]:
        """Return its countries outside the European Economic Area."""
        return tuple(one for one in self.countries if one not in EEA)

    def trouble(self, today: date) -> str:
        """Return why nothing new may go there; empty where it may."""
        if not self.outside:
            return ""
        if not self.mechanism or self.review is None:
            return f"{', '.join(self.outside)} without a mechanism"
        if self.mechanism is Mechanism.ADEQUACY and not ADEQUATE.issuperset(self.outside):
            return f"no adequacy decision for {', '.join(sorted(set(self.outside) - ADEQUATE))}"
        return f"assessment due since {self.review}" if self.review < today else ""

    def is_due_soon(self, today: date) -> bool:
        """Say whether its assessment is due within a month."""
        return bool(self.outside) and self.review is not None and self.review - WARNING <= today


_declared: dict[str, Place] = {}
_must_say: list[bool] = [False]
# What is tried again each minute is written down once an hour, by each process.
_AGAIN = timedelta(hours=1)
_noted: dict[str, tuple[str, datetime]] = {}


def configure(settings: Settings) -> None:
    """Take what PLACES says. Raises ConfigurationError for a part that cannot be read, a store left out."""
    found = read(settings.places)
    lacking = [name for name in STORES if settings.is_production and name not in found]
    if lacking:
        raise ConfigurationError(f"PLACES does not say where these lie: {', '.join(lacking)}. Write {_HINT}")
    _declared.clear()
    _declared.update(found)
    _noted.clear()
    _must_say[0] = settings.is_production


def read(told: str) -> dict[str, Place]:
    """Return the places of a setting by name. Raises ConfigurationError that names what cannot be read."""
    found: dict[str, Place] = {}
    for part in (one.strip() for one in told.split(";") if one.strip()):
        place = _place(part)
        if place is None or place.name in found:
            raise ConfigurationError(f"PLACES cannot be read at “{part}”: write {_HINT}")
        found[place.name] = place
    return found


def _place(part: str) -> Place | None:
    parts = _ENTRY.fullmatch(part)
    if parts is None:
        return None
    name, provider, countries, mechanism, review = parts.groups("")
    try:
        day = date.fromisoformat(review) if review else None
        return Place(name, provider.strip(), tuple(countries.split("+")), Mechanism(mechanism), day)
    except ValueError:
        return None


def find(name: str) -> Place | None:
    """Return where a store or recipient is; None where production was not told. Else it is this machine."""
    if name in _declared or _must_say[0]:
        return _declared.get(name)
    return Place(name, HERE, ())


def declared() -> Mapping[str, Place]:
    """Return what the setting names, by name."""
    return dict(_declared)


def trouble(name: str) -> str:
    """Return why nothing new may go to a store or recipient; empty where it may."""
    found = find(name)
    return "PLACES does not say where it is" if found is None else found.trouble(clock.today())


def require(name: str) -> None:
    """Raise TransferRefusedError where nothing new may go; the audit keeps that by itself, hourly."""
    why = trouble(name)
    if not why:
        return
    told, at = _noted.get(name, ("", clock.now()))
    if told != why or clock.now() - at >= _AGAIN:
        # In a transaction of its own, which stays when the caller's is given up.
        with transaction(Role.AUDIT) as trail:
            about = f"place:{name.replace(' ', '-')}"
            audit.record(trail, SYSTEM, "transfer.refuse", about, reason=why)
        _noted[name] = (why, clock.now())
    raise TransferRefusedError(
        "%(name)s: data may not go there now (%(why)s). It waits here.", name=name, why=why
    )


def abroad(country: str, recipients: Iterable[str]) -> list[str]:
    """Return the countries outside a buyer's own area where data lies or goes; the EEA is one area."""
    area = EEA if country in EEA else frozenset({country})
    found = (find(name) for name in (*STORES, *recipients))
    return sorted({code for one in found if one for code in one.countries} - area)


def require_stores() -> None:
    """Raise TransferRefusedError where what a new order or account gives may not be kept."""
    for name in _OF_PEOPLE:
        require(name)
