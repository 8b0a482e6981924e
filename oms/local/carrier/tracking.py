"""Where a parcel is: its events, and the webhooks that tell of them."""

import secrets

from oms.local.carrier import errors, labels
from oms.local.carrier.fields import Fields
from oms.local.outside.work import Json, Search, Work

KIND = "tracking"
WAY = ("picked_up", "in_transit", "out_for_delivery", "delivered")
STATUSES = (*WAY, "exception", "returned")
_FINAL = ("delivered", "returned", "voided")


def retrieve(work: Work, number: str, fields: Fields) -> Json:
    """Return a parcel's status and events, oldest first."""
    fields.end()
    label = _label(work, number)
    seen = work.find(Search(KIND, (("tracking_number", "=", number),)))[::-1]
    events = [{name: event[name] for name in ("id", "status", "at", "country")} for event in seen]
    return {"tracking_number": number, "status": label["status"], "events": events}


def advance(work: Work, number: str, target: str, *, is_skipping: bool = False) -> Json:
    """Move a parcel to `target`, through every step of the way unless `is_skipping`; tells each step."""
    label = _label(work, number)
    if target not in STATUSES:
        raise errors.wrong("to", f"This must be one of {', '.join(STATUSES)}.")
    if label["status"] in _FINAL:
        raise errors.conflict("parcel_is_done", f"The parcel is {label['status']} already.")
    for status in [target] if is_skipping else _steps(label["status"], target):
        _tell(work, label, status)
    return retrieve(work, number, Fields({}))


def step(work: Work, number: str, pause: int) -> None:
    """Take the next step of the way and plan the one after it; the timer's action."""
    label = _label(work, number)
    if label["status"] in (*_FINAL, "exception"):
        return
    place = WAY.index(label["status"]) + 1 if label["status"] in WAY else 0
    _tell(work, label, WAY[place])
    if WAY[place] != WAY[-1]:
        work.schedule(work.now + pause, "step", number)


def _steps(status: str, target: str) -> list[str]:
    if target not in WAY:
        return [target]
    first = WAY.index(status) + 1 if status in WAY else 0
    return [*WAY[first : WAY.index(target)], target]


def _tell(work: Work, label: Json, status: str) -> None:
    label["status"] = status
    work.put(labels.KIND, label)
    is_abroad = status in {"out_for_delivery", "delivered", "exception"}
    fact = {
        "tracking_number": label["tracking_number"],
        "status": status,
        "at": work.now,
        "country": label["_to" if is_abroad else "_from"]["country"],
    }
    work.put(KIND, {"id": "trk_" + secrets.token_hex(12), **fact})
    work.announce(
        {
            "id": "evt_" + secrets.token_hex(12),
            "type": f"parcel.{status}",
            "created": work.now,
            "data": {**fact, "reference": label["reference"]},
        }
    )


def _label(work: Work, number: str) -> Json:
    found = work.find(Search(labels.KIND, (("tracking_number", "=", number),), limit=1))
    if not found:
        raise errors.not_found("parcel")
    return found[0]
