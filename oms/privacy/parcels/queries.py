"""A parcel as a part of an order: what of the order is about who gets it, and nothing of who ordered.

A unit `parcel:7KQ2-M4XD-9B` is that part of `order:7KQ2-M4XD-9B`. Nothing lies under it in the vault.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from oms.fulfillment.personal import ShipmentLabel, ShipmentTracking
from oms.kernel import audit, clock, egress, ids, vault
from oms.kernel.audit import SYSTEM, Deed
from oms.kernel.egress import Disclosure
from oms.kernel.register import Job, Purpose, kind_of
from oms.orders import queries as orders
from oms.orders.personal import ChannelDelivery, OrderDelivery
from oms.privacy.models import PrivacyRequest
from oms.privacy.parcels.personal import ParcelClaim

# What of an order is about who gets the parcel.
PART = tuple(kind_of(cls).name for cls in (OrderDelivery, ChannelDelivery, ShipmentLabel, ShipmentTracking))
# So many wrong claims on one order within a day; what comes after them fits nothing.
MOST_A_DAY = 5
MISS = "parcel.miss"
GIVER = "whoever ordered"
_REQUESTS = SYSTEM.doing(Job.REQUESTS)


def is_parcel(unit: str) -> bool:
    """Say whether a unit is the part of an order that is about who gets the parcel."""
    return unit.startswith("parcel:")


def whole(unit: str) -> str:
    """Return the order's unit for a parcel's; any other unit is whole already."""
    return f"order:{unit.partition(':')[2]}" if is_parcel(unit) else unit


def kinds(unit: str) -> tuple[str, ...]:
    """Return the names of the kinds that a unit is a part of; empty where it is all of them."""
    return PART if is_parcel(unit) else ()


def related(unit: str) -> tuple[str, ...]:
    """Return the units whose copies hold something of a unit: of an order its parcel's too, and back."""
    sort, _colon, name = unit.partition(":")
    return (f"order:{name}", f"parcel:{name}") if sort in {"order", "parcel"} else (unit,)


def ends(unit: str) -> dict[str, datetime]:
    """Return when each kind of a unit goes, by its name, as the vault says."""
    only = kinds(unit)
    return {name: end for name, end in vault.ends(whole(unit)).items() if not only or name in only}


def told(session: Session, unit: str) -> list[Disclosure]:
    """Return who was told something of a unit; of a parcel only what was about it."""
    rows = egress.disclosed(session, unit=whole(unit))
    return [row for row in rows if not is_parcel(unit) or any(name.startswith(PART) for name in row.fields)]


def looks(session: Session, unit: str) -> list[Deed]:
    """Return the deeds about who gets a parcel; reasons are left out, as they can name who ordered."""
    subject = vault.subject_of(session, whole(unit))
    deeds = audit.about_subject(session, subject) if subject else []
    parts = [(deed, tuple(name for name in deed.fields if name.startswith(PART))) for deed in deeds]
    return [replace(deed, by=replace(deed.by, reason=""), fields=part) for deed, part in parts if part]


def has_claim(request: PrivacyRequest) -> bool:
    """Say whether a request is about a parcel, while that is not answered."""
    return bool(request.contact_unit) and kind_of(ParcelClaim).name in vault.ends(request.contact_unit)


def claim(session: Session, request: PrivacyRequest) -> ParcelClaim | None:
    """Return what somebody typed, for the house alone."""
    return vault.open_record(session, ParcelClaim, request.contact_unit, purpose=Purpose.RIGHTS, by=_REQUESTS)


def fitting(session: Session, claimed: ParcelClaim) -> str | None:
    """Return the parcel that a claim fits by number, postcode and name; a miss is written down."""
    order = orders.by_number(session, claimed.number)
    if order is None:
        return None
    kind = orders.delivery_type(order)
    kept = vault.open_record(session, kind, order.unit, purpose=Purpose.RIGHTS, by=_REQUESTS)
    since = clock.now() - timedelta(days=1)
    misses = [deed for deed in audit.about(session, order.unit) if deed.verb == MISS and deed.at > since]
    if kept is not None and len(misses) < MOST_A_DAY and _is_same(kept, claimed):
        return f"parcel:{order.number}"
    audit.record(session, SYSTEM, MISS, order.unit)
    return None


def _is_same(kept: OrderDelivery, claimed: ParcelClaim) -> bool:
    is_place, is_name = ids.is_same(kept.place, claimed.postcode), ids.is_same(kept.name, claimed.name)
    return is_place and is_name
