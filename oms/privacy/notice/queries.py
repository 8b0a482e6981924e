"""The notice as data: every field of the register, every recipient, every cookie; and what changed since."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from oms.buyers.models import Buyer
from oms.kernel import clock, egress, places
from oms.kernel.egress import Recipient
from oms.kernel.register import KINDS, PLACES, Field, Kind, Place
from oms.kernel.vault.models import BlindIndex
from oms.orders.models import Order
from oms.privacy.models import NoticeVersion

Content = dict[str, Any]
Texts = dict[str, dict[str, str]]
_VERSION_DIGITS = 12
# What a browser keeps for us is told of, whether it says anything about a person or not.
IN_BROWSERS = ("cookie ", "storage ")
# Nor does a list of ours lie in the vault, where every field is told of by itself.
LISTS = "list "
TOLD = (*IN_BROWSERS, LISTS)
PARTS = ("fields", "recipients", "places", "stores")


def content(texts: Texts | None = None) -> Content:
    """Return everything that the notice tells, in words of the source language and in order of names.

    `texts` are the merchant's own words by language and part.
    """
    kinds = sorted((kind for kind in KINDS.values() if _is_ours(kind)), key=lambda kind: kind.name)
    browsers = sorted(PLACES.values(), key=lambda place: place.name)
    fields = [_field(kind, field) for kind in kinds for field in kind.fields]
    known = egress.in_use()
    named = {name for field in fields for name in field["recipients"]}
    return {
        "fields": fields,
        "recipients": [_recipient(known[name]) for name in sorted(named & set(known))],
        "places": [_place(place) for place in browsers if place.name.startswith(TOLD)],
        "stores": [_where(name) for name in places.STORES],
        **({"texts": texts} if texts else {}),
    }


def _is_ours(kind: Kind) -> bool:
    return kind.type.__module__.startswith("oms.")


def _field(kind: Kind, field: Field) -> Content:
    rule = kind.retention
    return {
        "name": f"{kind.name}.{field.name}",
        "unit": kind.unit,
        "label": field.label,
        "why": field.why,
        "category": str(field.category),
        "purposes": sorted(kind.purposes),
        "basis": str(kind.basis),
        "after": str(rule.after),
        "days": rule.days,
        "at_most": rule.at_most,
        "recipients": egress.receivers(field),
        "source": kind.source,
    }


def _recipient(to: Recipient) -> Content:
    return {
        "name": to.name,
        "what_for": to.what_for,
        "role": to.category,
        "agreement": to.agreement,
        "region": to.region,
        "policy_url": egress.policy_of(to),
        **_where(to.name),
    }


def _where(name: str) -> Content:
    """Return where a store or recipient is, and what lets data go there."""
    found = places.find(name)
    return {
        "name": name,
        "provider": found.provider if found else "",
        "countries": list(found.countries) if found else [],
        "mechanism": str(found.mechanism) if found else "",
        "review": found.review.isoformat() if found and found.review else "",
    }


def _place(place: Place) -> Content:
    return {"name": place.name, "holds": place.holds, "purpose": place.purpose, "life": place.life}


def version_of(told: Content) -> str:
    """Return the name of a version: the beginning of the SHA-256 of its content."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_VERSION_DIGITS]


def newest(session: Session) -> NoticeVersion | None:
    """Return the version that was kept last, in force or announced."""
    return session.scalar(select(NoticeVersion).order_by(NoticeVersion.id.desc()).limit(1))


def in_force(session: Session, at: datetime | None = None) -> NoticeVersion | None:
    """Return the version in force at a moment, now unless one is named; None before the first was kept."""
    begun = select(NoticeVersion).where(NoticeVersion.since <= (at or clock.now()))
    return session.scalar(begun.order_by(NoticeVersion.id.desc()).limit(1))


def announced(session: Session) -> NoticeVersion | None:
    """Return the version that will be in force next, if one is announced; one taken back is not."""
    held = in_force(session)
    waits = select(NoticeVersion).where(NoticeVersion.since > clock.now())
    later = waits.where(NoticeVersion.id > held.id) if held is not None else waits
    return session.scalar(later.order_by(NoticeVersion.since, NoticeVersion.id.desc()).limit(1))


def waiting(session: Session) -> NoticeVersion | None:
    """Return the version that was kept last where it is not in force yet; what comes now goes by it."""
    last = newest(session)
    return last if last is not None and last.since > clock.now() else None


@dataclass(frozen=True, slots=True)
class Seen:
    """The version that somebody was shown last, when, and with which order; for an account with none."""

    kept: NoticeVersion
    at: datetime
    order: str = ""


def last_seen(session: Session, units: Sequence[str]) -> Seen | None:
    """Return what the person of some units was shown last; None where nothing of that was kept.

    Only orders and accounts remember it; no visit is counted.
    """
    by_order = select(Order.created_at, Order.number, Order.notice_version).where(
        Order.number.in_(_names(units, "order")), Order.notice_version != ""
    )
    numbers = [int(name) for name in _names(units, "account") if name.isdecimal()]
    by_account = select(Buyer.created_at, literal(""), Buyer.notice_version).where(
        Buyer.id.in_(numbers), Buyer.notice_version != ""
    )
    for at, number, name in sorted(session.execute(by_order.union_all(by_account)), reverse=True):
        kept = _shown(session, name, at)
        if kept is not None:
            return Seen(kept, at, number)
    return None


def _names(units: Sequence[str], sort: str) -> list[str]:
    return [unit.partition(":")[2] for unit in units if unit.startswith(f"{sort}:")]


def _shown(session: Session, name: str, at: datetime) -> NoticeVersion | None:
    """Return the version of a name; the same words may have been kept twice, so the one that held then."""
    named = select(NoticeVersion).where(NoticeVersion.version == name)
    held = NoticeVersion.since <= at
    return session.scalar(named.order_by(held.desc(), NoticeVersion.id.desc()).limit(1))


def version(session: Session) -> str:
    """Return the version that is shown now, which orders keep."""
    found = in_force(session)
    return found.version if found is not None else version_of(content())


def texts_of(told: Content) -> Texts:
    """Return the merchant's own words in a version; empty where there are none."""
    found: Texts = told.get("texts", {})
    return found


def versions(session: Session) -> list[NoticeVersion]:
    """Return every version that was ever kept, the newest first."""
    return list(session.scalars(select(NoticeVersion).order_by(NoticeVersion.id.desc())))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions tell differently: what it was and what it is; None where it was not."""

    part: str
    name: str
    before: Content | None
    after: Content | None

    @property
    def is_material(self) -> bool:
        """Say whether somebody has to hear of it before: more is taken, told, kept, or for something else."""
        if self.after is None:
            return False
        if self.before is None or self.part == "places":
            return True
        return any(_reaches_further(self.before, self.after, name) for name in self.after)


def differences(before: Content, after: Content) -> list[Difference]:
    """Return everything that two versions tell differently, in order of parts and names."""
    found: list[Difference] = []
    for part in PARTS:
        old, new = _by_name(before, part), _by_name(after, part)
        found += [
            Difference(part, name, old.get(name), new.get(name))
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]
    return found


def _reaches_further(before: Content, after: Content, name: str) -> bool:
    old, new = before.get(name), after[name]
    if name in {"days", "at_most"}:
        return int(new) > int(old or 0)
    if name in {"purposes", "recipients", "countries"}:
        return bool(set(new) - set(old or ()))
    return name in {"basis", "after", "region", "provider", "what_for", "role", "source"} and new != old


def _by_name(told: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {one["name"]: one for one in told.get(part, [])}


def mailboxes_to_tell(session: Session, after: str, most: int) -> list[str]:
    """Return one unit for each mailbox that an account or an order has given, in order, from a unit on."""
    fields = ("account.contact.email", "order.contact.email")
    newest_key = select(func.max(BlindIndex.version)).scalar_subquery()
    one = func.min(BlindIndex.unit)
    return list(
        session.scalars(
            select(one)
            .where(BlindIndex.field.in_(fields), BlindIndex.version == newest_key)
            .group_by(BlindIndex.field, BlindIndex.digest)
            .having(one > after)
            .order_by(one)
            .limit(most)
        )
    )
