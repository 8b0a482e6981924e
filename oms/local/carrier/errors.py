"""Hollow Post's error objects: code, message and the field they are about."""

from typing import Any

from oms.local.outside.envelope import Refusal


def body(code: str, message: str, field: str | None = None) -> dict[str, Any]:
    """Return the JSON of an error."""
    return {"error": {"code": code, "message": message, "field": field}}


def wrong(field: str, message: str, code: str = "invalid_field") -> Refusal:
    """Refuse a field before any work began: 422, not kept under the idempotency key."""
    return Refusal(422, body(code, message, field))


def not_found(what: str) -> Refusal:
    """Refuse an id that names nothing: 404."""
    return Refusal(404, body("not_found", f"There is no such {what}."), kept=True)


def conflict(code: str, message: str) -> Refusal:
    """Refuse what the parcel's state does not allow: 409, kept under the idempotency key."""
    return Refusal(409, body(code, message), kept=True)
