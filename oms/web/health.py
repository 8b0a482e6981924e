"""Is it alive, is it ready, how is it doing: three addresses for machines."""

import hmac
import ipaddress
from collections.abc import Callable

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from oms.kernel import vault
from oms.kernel.config import Settings
from oms.kernel.db import engine, keyring_engine
from oms.kernel.errors import UnavailableError
from oms.web import metrics
from oms.web.security import public

blueprint = Blueprint("health", __name__)

# Seconds since the oldest fact whose effects are not all done; 0 when nothing waits.
_OLDEST = text(
    "SELECT coalesce(extract(epoch FROM now() - min(said_at)), 0)::bigint FROM ("
    " SELECT said_at FROM outbox_messages WHERE fanned_out_at IS NULL"
    " UNION ALL SELECT m.said_at FROM outbox_deliveries d JOIN outbox_messages m ON m.id = d.message_id"
    " WHERE d.state IN ('waiting', 'leased')) AS open_facts"
)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """Say that this process answers; asks nothing else."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether database and keyring answer and are open, and how many seconds the oldest effect waits."""
    database, oldest = _asked(engine, _OLDEST)
    keyring, _one = _asked(keyring_engine, text("SELECT 1"))
    is_ready = database and keyring and _is_open()
    told = {
        "ready": is_ready,
        "database": "ok" if database else "away",
        "keyring": "ok" if keyring else "away",
        "oldest_effect_seconds": oldest if database else None,
    }
    return jsonify(told), 200 if is_ready else 503


def _is_open() -> bool:
    try:
        vault.require_open()
    except vault.ClosedError:
        return False
    return True


def _asked(store: Callable[[], Engine], statement: TextClause) -> tuple[bool, int]:
    try:
        with store().connect() as connection:
            return True, int(connection.scalar(statement) or 0)
    except (SQLAlchemyError, UnavailableError):
        return False, 0


@blueprint.get("/metrics")
@public
def prometheus() -> Response:
    """Give the figures to this machine, or to whoever has METRICS_TOKEN; nobody else learns of them."""
    settings: Settings = current_app.extensions["settings"]
    if not (_is_local(settings) or _has_token(settings)):
        abort(404)
    body, kind = metrics.exposition()
    return Response(body, content_type=kind)


def _is_local(settings: Settings) -> bool:
    # Behind a proxy that nobody declared, everybody seems local: then only the token counts.
    if not settings.trusted_proxies and request.headers.get("X-Forwarded-For"):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token(settings: Settings) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.metrics_token
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
