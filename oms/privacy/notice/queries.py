"""The notice as data: every field of the register, every recipient, every cookie; and what changed since."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel.egress import RECIPIENTS, Recipient
from oms.kernel.register import KINDS, PLACES, Field, Kind, Place
from oms.privacy.models import NoticeVersion

Content = dict[str, Any]
_VERSION_DIGITS = 12


def content() -> Content:
    """Return everything that the notice tells, in words of the source language and in order of names."""
    kinds = sorted((kind for kind in KINDS.values() if _is_ours(kind)), key=lambda kind: kind.name)
    places = sorted((place for place in PLACES.values() if place.personal), key=lambda place: place.name)
    fields = [_field(kind, field) for kind in kinds for field in kind.fields]
    named = {name for field in fields for name in field["recipients"]}
    return {
        "fields": fields,
        "recipients": [_recipient(RECIPIENTS[name]) for name in sorted(named & set(RECIPIENTS))],
        "places": [_place(place) for place in places if place.name.startswith("cookie ")],
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
        "recipients": list(field.recipients),
        "source": kind.source,
    }


def _recipient(to: Recipient) -> Content:
    return {
        "name": to.name,
        "what_for": to.what_for,
        "role": to.category,
        "agreement": to.agreement,
        "region": to.region,
        "policy_url": to.policy_url,
    }


def _place(place: Place) -> Content:
    return {"name": place.name, "holds": place.holds, "purpose": place.purpose, "life": place.life}


def version_of(told: Content) -> str:
    """Return the name of a version: the beginning of the SHA-256 of its content."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_VERSION_DIGITS]


@cache
def version() -> str:
    """Return the version in force, which orders keep; it changes with the program only."""
    return version_of(content())


def versions(session: Session) -> list[NoticeVersion]:
    """Return every version that was ever in force, the newest first."""
    return list(session.scalars(select(NoticeVersion).order_by(NoticeVersion.id.desc())))


def changes(before: Content | None, after: Content) -> list[tuple[str, str]]:
    """Return what a version changed, as (`added` | `removed` | `changed`, name) pairs."""
    if before is None:
        return []
    found: list[tuple[str, str]] = []
    for part in ("fields", "recipients", "places"):
        old, new = _by_name(before, part), _by_name(after, part)
        found += [("added", name) for name in sorted(new.keys() - old.keys())]
        found += [("removed", name) for name in sorted(old.keys() - new.keys())]
        found += [("changed", name) for name in sorted(new.keys() & old.keys()) if new[name] != old[name]]
    return found


def _by_name(told: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {one["name"]: one for one in told[part]}
