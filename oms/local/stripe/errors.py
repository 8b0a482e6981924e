"""Stripe's error objects (docs.stripe.com/api/errors): type, code, param, message under `error`."""

from typing import Any

from oms.local.outside.envelope import Refusal


def _body(kind: str, message: str, code: str | None, param: str | None) -> dict[str, Any]:
    error = {"type": kind, "message": message}
    if code:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param:
        error["param"] = param
    return {"error": error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    """Refuse parameters before any work began: 400, not kept under the idempotency key."""
    return Refusal(400, _body("invalid_request_error", message, code, param))


def unknown(name: str) -> Refusal:
    """Refuse a parameter nobody knows."""
    return invalid(f"Received unknown parameter: {name}", name, "parameter_unknown")


def missing(name: str) -> Refusal:
    """Refuse a call without a parameter that it needs."""
    return invalid(f"Missing required param: {name}.", name, "parameter_missing")


def impossible(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    """Refuse what the object's state does not allow: 400, kept under the idempotency key."""
    return Refusal(400, _body("invalid_request_error", message, code, param), kept=True)


def no_such(kind: str, identifier: str, param: str = "id") -> Refusal:
    """Refuse an id that names nothing: 404, kept under the idempotency key."""
    text = f"No such {kind}: '{identifier}'"
    return Refusal(404, _body("invalid_request_error", text, "resource_missing", param), kept=True)


def unauthorized(message: str) -> Refusal:
    """Refuse a call without the right key: 401."""
    return Refusal(401, _body("invalid_request_error", message, None, None))


def idempotency(message: str) -> Refusal:
    """Refuse a key that came before with something else: 400 idempotency_error."""
    return Refusal(400, _body("idempotency_error", message, None, None))


def in_use(message: str) -> Refusal:
    """Refuse a key whose first request still runs: 409."""
    return Refusal(409, _body("invalid_request_error", message, "idempotency_key_in_use", None))


def api_error() -> dict[str, Any]:
    """Return the body of a server error."""
    text = "An unknown error occurred. The stand-in was told to fail here."
    return _body("api_error", text, None, None)
