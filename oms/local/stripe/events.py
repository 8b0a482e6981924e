"""Events: what happened at Stripe, kept for thirty days and sent as webhooks."""

import json
from typing import Any

from oms.local.outside.store import Store
from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import errors, lists
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import API_VERSION, Shape, new_id

KEPT_SECONDS = 30 * 24 * 3600


def emit(work: Work, event_type: str, subject: Shape, previous: dict[str, Any] | None = None) -> None:
    """Keep an event with the object as it is now; `previous` holds the attributes that an update changed."""
    data: dict[str, Any] = {"object": subject}
    if previous is not None:
        data["previous_attributes"] = previous
    work.announce(
        {
            "id": new_id("evt_3"),
            "object": "event",
            "api_version": API_VERSION,
            "created": work.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": work.cause.request_id, "idempotency_key": work.cause.key},
            "type": event_type,
        }
    )


def with_pending(work: Work, event: Shape) -> Shape:
    """Return the event with the number of webhooks that have not been delivered."""
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND state <> 'delivered'"
    (pending,) = work.run(sql, (event["id"],)).fetchone()
    return {**event, "pending_webhooks": pending}


def body_of(store: Store, identifier: str) -> bytes | None:
    """Return an event as a webhook's raw body, or None when it is gone."""
    with store.reading() as work:
        event = work.get("event", identifier)
    return json.dumps({**event, "pending_webhooks": 1}).encode() if event else None


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return an event; raises a Refusal when it is unknown or older than thirty days."""
    params.end()
    event = work.get("event", identifier)
    if event is None or event["created"] < work.now - KEPT_SECONDS:
        raise errors.no_such("event", identifier)
    return with_pending(work, event)


def listing(work: Work, params: Params) -> Json:
    """Return a page of events of thirty days, by `type`, `types[]`, `created` or `delivery_success`."""
    cursor, where = lists.cursor(params), lists.created(params)
    kinds = params.words("types") or [params.text("type") or ""]
    wild = [kind for kind in kinds if kind.endswith("*")]
    if wild:
        where += (("type", "GLOB", wild[0]),)
    elif any(kinds):
        where += (("type", "in", kinds),)
    delivered = params.choice("delivery_success", ("true", "false"))
    params.end()
    search = Search("event", where, is_delivered=None if delivered is None else delivered == "true")
    page = lists.page(work, search, cursor, "/v1/events")
    oldest = work.now - KEPT_SECONDS
    data = [with_pending(work, event) for event in page["data"] if event["created"] >= oldest]
    return {**page, "data": data, "has_more": page["has_more"] and len(data) == len(page["data"])}
