"""What a person may know of what we know: opened for their rights, from the register, unit by unit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from oms.kernel import audit, clock, egress, places, register, vault
from oms.kernel.audit import Actor, ActorKind, Deed
from oms.kernel.egress import RECIPIENTS, Disclosure, Recipient
from oms.kernel.register import Field, Kind, Purpose
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.privacy.access import happenings
from oms.privacy.access.happenings import Happening
from oms.privacy.asking import queries as asking
from oms.privacy.copies import queries as copies
from oms.privacy.locking import queries as locking
from oms.privacy.locking.models import Restriction
from oms.privacy.parcels import queries as parcels
from oms.privacy.retention.schedules import MARKETPLACE
from oms.privacy.wishes import queries as wishes
from oms.privacy.wishes.models import Wish
from oms.risk import queries as risk
from oms.risk.models import OrderDoubt
from oms.signins import queries as signins
from oms.signins.models import DAYS, SignIn

UNTOLD = Recipient("", "", "", "", "", "", ())


@dataclass(frozen=True, slots=True)
class Known:
    """One record that is kept about the person: its kind, its unit, its end, and the record itself.

    Locked whole, or only those fields that stand apart.
    """

    kind: Kind
    unit: str
    ends: datetime
    record: Any
    is_locked: bool = False
    apart: tuple[str, ...] = ()

    def given(self) -> list[tuple[Field, str]]:
        """Return the fields that hold something, with their values."""
        pairs = [(field, getattr(self.record, field.name)) for field in self.kind.fields]
        return [(field, str(value)) for field, value in pairs if value not in ("", (), None)]


@dataclass(frozen=True, slots=True)
class Insight:
    """All that is kept about the person of some units: records, what was told, who looked, their orders."""

    units: tuple[str, ...]
    known: tuple[Known, ...]
    withheld: tuple[tuple[Kind, str], ...]
    told: tuple[Disclosure, ...]
    looks: tuple[Deed, ...]
    orders: tuple[Order, ...]
    wishes: tuple[Wish, ...] = ()
    objection: Restriction | None = None
    reviews: tuple[tuple[OrderDoubt, str], ...] = ()
    sign_ins: tuple[SignIn, ...] = ()
    happened: tuple[Happening, ...] = ()

    @property
    def facts(self) -> int:
        """Return how many facts about the person there are."""
        return sum(len(one.given()) for one in self.known)


def insight(session: Session, units: Sequence[str], *, by: Actor) -> Insight:
    """Open everything of some units for their person; the caller has made sure that it is theirs."""
    known: list[Known] = []
    withheld: list[tuple[Kind, str]] = []
    for unit in [*units, *(copy.unit for copy in copies.about(session, units))]:
        opened, closed = _of_unit(session, unit, by)
        known += opened
        withheld += closed
    told = [row for unit in units for row in parcels.told(session, unit)]
    numbers = [_number(unit) for unit in units if unit.startswith("order:")]
    found = [order for number in numbers if (order := orders.by_number(session, number))]
    return Insight(
        tuple(units),
        tuple(known),
        tuple(withheld),
        tuple(sorted(told, key=lambda row: row.at, reverse=True)),
        tuple(_looks(session, units)),
        tuple(found),
        tuple(wishes.ledger(session, units)),
        locking.objection(session, units),
        tuple(risk.of_units(session, units)),
        tuple(_sign_ins(session, units)),
        tuple(happenings.of_units(session, units, found)),
    )


def joined(parts: Sequence[Insight]) -> Insight:
    """Return as one what was found of some units one by one; what two of them share is in it once."""
    told = {row.id: row for part in parts for row in part.told}
    looks = {(deed.at, deed.verb, deed.about, deed.fields): deed for part in parts for deed in part.looks}
    return Insight(
        tuple(dict.fromkeys(unit for part in parts for unit in part.units)),
        tuple(dict.fromkeys(one for part in parts for one in part.known)),
        tuple(dict.fromkeys(one for part in parts for one in part.withheld)),
        tuple(sorted(told.values(), key=lambda row: row.at, reverse=True)),
        tuple(sorted(looks.values(), key=lambda deed: deed.at, reverse=True)),
        tuple({order.id: order for part in parts for order in part.orders}.values()),
        tuple({row.id: row for part in parts for row in part.wishes}.values()),
        reviews=tuple({row[0].id: row for part in parts for row in part.reviews}.values()),
        sign_ins=tuple({row.id: row for part in parts for row in part.sign_ins}.values()),
        happened=tuple(sorted({one for part in parts for one in part.happened}, key=happenings.place)),
    )


def _of_unit(session: Session, unit: str, by: Actor) -> tuple[list[Known], list[tuple[Kind, str]]]:
    order = orders.by_number(session, _number(unit)) if unit.startswith("order:") else None
    ends = orders.ends(order) if order else parcels.ends(unit)
    known: list[Known] = []
    withheld: list[tuple[Kind, str]] = []
    where = parcels.whole(unit)
    kept_back, locked = asking.withheld(session, unit), vault.locks([where])
    standing = vault.standing_apart(session, [where])
    for name, end in ends.items():
        kind = register.KINDS.get(name)
        if kind is None or end <= clock.now():
            continue
        if Purpose.RIGHTS not in kind.purposes:
            withheld.append((kind, unit))
            continue
        opened = vault.open_each(session, kind.type, where, purpose=Purpose.RIGHTS, by=by)
        is_locked = (where, name) in locked
        is_theirs = parcels.is_parcel(unit) and kind.source != MARKETPLACE
        kind = replace(kind, source=parcels.GIVER) if is_theirs else kind
        apart = tuple(field for field in kind.spare() if (where, kind.apart(field)) in standing)
        known += [
            Known(kind, unit, end, _cut(kind, record, kept_back), is_locked, apart)
            for record in opened.values()
        ]
    return sorted(known, key=lambda one: one.kind.name), withheld


def _cut(kind: Kind, record: Any, kept_back: frozenset[str]) -> Any:  # noqa: ANN401 - any
    """Return a record without the fields that a refusal keeps back; the rest is told (001-56, 001-57)."""
    empty = {
        name: type(getattr(record, name))() for name in kind.names() if f"{kind.name}.{name}" in kept_back
    }
    return replace(record, **empty) if empty else record


def _sign_ins(session: Session, units: Sequence[str]) -> list[SignIn]:
    """Return the sign-ins of the accounts among some units, the newest first."""
    people = [f"buyer:{_number(unit)}" for unit in units if unit.startswith("account:")]
    return [row for person in people for row in signins.of_person(session, person)]


def _looks(session: Session, units: Sequence[str]) -> list[Deed]:
    """Return every look by staff at one of the units, the newest first."""
    subjects = dict.fromkeys(filter(None, (vault.subject_of(session, unit) for unit in units)))
    deeds = [deed for subject in subjects for deed in audit.about_subject(session, subject)]
    deeds += [deed for unit in units if parcels.is_parcel(unit) for deed in parcels.looks(session, unit)]
    return sorted(
        (deed for deed in deeds if deed.by.kind is ActorKind.STAFF), key=lambda deed: deed.at, reverse=True
    )


def copy(found: Insight, schema_url: str) -> dict[str, Any]:
    """Return what was found as one JSON object, as `schema` describes it: moments in UTC, minor units."""
    return {
        "$schema": schema_url,
        "made_at": clock.now().isoformat(),
        "records": [_record(one) for one in found.known],
        "disclosures": [_disclosure(row) for row in found.told],
        "looks": [_look(deed) for deed in found.looks],
        "orders": [_order(order) for order in found.orders],
        "wishes": [_wish(row) for row in found.wishes],
        "reviews": [_review(doubt, unit) for doubt, unit in found.reviews],
        "sign_ins": [_sign_in(row) for row in found.sign_ins],
        "happened": [{**asdict(one), "at": one.at.isoformat()} for one in found.happened],
        "places": _places(found),
    }


def _places(found: Insight) -> list[dict[str, Any]]:
    """Return where it lies and where it went; outside the EEA, what lets it (GDPR, article 15(2))."""
    told = dict.fromkeys(row.recipient for row in found.told if row.recipient in RECIPIENTS)
    return [_place(name) for name in (*places.STORES, *told)]


def _place(name: str) -> dict[str, Any]:
    place = places.find(name) or places.Place(name, "", ())
    return {
        "name": name,
        "provider": place.provider,
        "countries": list(place.countries),
        "outside_eea": list(place.outside),
        "mechanism": place.mechanism,
        "review": place.review.isoformat() if place.review else "",
    }


def _record(one: Known) -> dict[str, Any]:
    return {
        "kind": one.kind.name,
        "unit": one.unit,
        "source": one.kind.source,
        "purposes": sorted(one.kind.purposes),
        "basis": one.kind.basis,
        "ends_at": one.ends.isoformat(),
        "is_locked": one.is_locked,
        "locked_alone": list(one.apart),
        "recipients": sorted({name for field, _ in one.given() for name in egress.receivers(field)}),
        "values": {name: value for name, value in asdict(one.record).items() if value not in ("", (), None)},
    }


def _disclosure(row: Disclosure) -> dict[str, Any]:
    to = RECIPIENTS.get(row.recipient, UNTOLD)
    return {
        "at": row.at.isoformat(),
        "recipient": row.recipient,
        "role": to.category,
        "what_for": to.what_for,
        "region": to.region,
        "agreement": row.agreement,
        "unit": row.unit,
        "purpose": row.purpose,
        "message": row.message,
        "fields": list(row.fields),
    }


def _look(deed: Deed) -> dict[str, Any]:
    return {
        "at": deed.at.isoformat(),
        "by": "staff",
        "what": deed.verb,
        "about": deed.about,
        "purpose": deed.purpose,
        "reason": deed.by.reason,
        "fields": list(deed.fields),
    }


def _wish(row: Wish) -> dict[str, Any]:
    names = ("unit", "purpose", "channel", "choice", "text_hash", "wording", "language", "way")
    return {**{name: str(getattr(row, name)) for name in names}, "at": row.at.isoformat()}


def _review(found: OrderDoubt, unit: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "at": found.at.isoformat(),
        "due_at": found.due_at.isoformat(),
        "outcome": found.state,
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "by": found.by_kind,
    }


def _sign_in(row: SignIn) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "is_finished": row.finished_at is not None,
        "how": str(row.how),
        "browser": row.agent,
        "country": row.country,
        "reasons": list(row.reasons),
        "answer": str(row.answer),
        "ends_at": (row.at + timedelta(days=DAYS)).isoformat(),
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "delivered_at": order.delivered_at.isoformat() if order.delivered_at else None,
        "country": order.country,
        "currency": order.currency,
        "delivery": order.delivery,
        "tax": order.tax,
        "total": order.total,
        "lines": [
            {"sku": line.sku, "title": line.title, "quantity": line.quantity, "total": line.total}
            for line in order.lines
        ],
    }


def _number(unit: str) -> str:
    return unit.partition(":")[2]
