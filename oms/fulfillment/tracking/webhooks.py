"""The carriers' door bell: verified on raw bytes, journaled by our own number of the parcel, answered."""

from flask import Blueprint, request

from oms.fulfillment.tracking import queries
from oms.kernel import clock, inbox
from oms.kernel.db import reading, transaction
from oms.kernel.errors import NotFoundError
from oms.kernel.inbox import Told
from oms.shipping import gateway
from oms.shipping.carriers import hollow_post
from oms.shipping.carriers.known import by_slug
from oms.web import security
from oms.web.limits import limiter

blueprint = Blueprint("carrier_webhook", __name__)
MOST_BYTES = 100_000


@blueprint.post("/webhooks/carriers/<carrier>")
@security.from_outside
@limiter.exempt
def carrier_webhook(carrier: str) -> tuple[str, int]:
    """Keep one event of a parcel: 204 when it is durable or not about us, 400 when it is not signed.

    503, so that the carrier repeats it, while the label that it speaks of is not noted yet.
    """
    known = by_slug(carrier)
    if known is None:
        raise NotFoundError
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        return "too large", 413
    signature = request.headers.get("Carrier-Signature", "")
    try:
        event = hollow_post.read(body, signature, gateway.secrets_of(known.code), now=clock.now())
    except ValueError:
        return "not a signed event", 400
    with reading() as session:
        parcel_id = queries.parcel_of(session, event.tracking)
        if parcel_id is None:
            is_early = queries.is_label_on_its_way(session, event.reference)
            return ("tell us again", 503) if is_early else ("", 204)
    told = Told(known.code, event.event_id, event.type, f"parcel:{parcel_id}", event.at, event.status)
    with transaction() as session:
        inbox.journal(session, told, body)
    return "", 204
