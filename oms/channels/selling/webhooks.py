"""The marketplaces' door bell: verified on raw bytes, journaled by connection and order, answered."""

import re

from flask import Blueprint, request

from oms.channels import gateway
from oms.channels.connectors.wire import ERASE_ALL
from oms.channels.selling import queries
from oms.kernel import inbox
from oms.kernel.db import reading, transaction
from oms.kernel.errors import NotFoundError, UnavailableError
from oms.kernel.inbox import Told
from oms.web import security
from oms.web.limits import limiter

blueprint = Blueprint("channel_webhook", __name__)
NAME = "channel"
MOST_BYTES = 1_000_000
_REF = re.compile(r"[A-Za-z0-9-]{1,40}")
_WORD = re.compile(r"[A-Za-z0-9_./:-]{1,100}")


@blueprint.post("/webhooks/channels/<code>")
@security.from_outside
@limiter.exempt
def channel_webhook(code: str) -> tuple[str, int]:
    """Keep one event of a marketplace: 204 when it is durable, 401 when it is not signed by it.

    See https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance for the 401.
    """
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        return "too large", 413
    with reading() as session:
        connection = queries.connection_of(session, code)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        rung = gateway.of(connection.code).rung(body, headers)
    except UnavailableError:
        raise NotFoundError from None
    except ValueError:
        return "not a signed event", 401
    if not all(map(_REF.fullmatch, rung.refs)) or not _WORD.fullmatch(rung.event_id + rung.type):
        return "not like an event", 400
    about = ("",) if rung.type == ERASE_ALL else rung.refs
    with transaction() as session:
        for place, ref in enumerate(about):
            event_id = f"{code}:{rung.event_id}:{place}"
            told = Told(NAME, event_id, rung.type, f"{code}:{ref}", rung.at, "")
            inbox.journal(session, told, body)
    return "", 204
