"""What the text service says: a report of a text of ours, or what somebody answered; nothing else."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from oms.kernel import inbox
from oms.notifications.texting.states import TextState

MOST_BYTES = 10_000
_REPORTS = {"message.delivered": TextState.ARRIVED, "message.failed": TextState.FAILED}
_INBOUND = "message.received"
_EVENT = {"id", "type", "created", "data"}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a text, by its key."""

    event_id: str
    type: str
    at: datetime
    key: UUID
    state: TextState


@dataclass(frozen=True, slots=True)
class Inbound:
    """What somebody wrote back, and from which number."""

    event_id: str
    type: str
    at: datetime
    phone: str = field(repr=False)
    text: str = field(repr=False)


def read(body: bytes, signature: str, secrets: tuple[str, ...], now: datetime) -> Report | Inbound:
    """Return a signed event. Raises ValueError for one that is not signed, too old, or of other fields."""
    if not inbox.is_signed(body, signature, secrets, now):
        raise ValueError("not signed by the text service within the last minutes")
    event = json.loads(body)
    _only(event, _EVENT)
    event_id, kind = _word(event, "id"), _word(event, "type")
    moment = event["created"]
    if type(moment) is not int or abs(moment) > now.timestamp() * 2:
        raise ValueError("created is no moment")
    at = datetime.fromtimestamp(moment, UTC)
    if kind == _INBOUND:
        _only(event["data"], {"phone", "text"})
        return Inbound(event_id, kind, at, _word(event["data"], "phone"), _word(event["data"], "text"))
    if kind in _REPORTS:
        _only(event["data"], {"key"})
        return Report(event_id, kind, at, UUID(_word(event["data"], "key")), _REPORTS[kind])
    raise ValueError("an event that nobody knows")


def _only(found: Any, names: set[str]) -> None:  # noqa: ANN401 - whatever was sent
    if not isinstance(found, dict) or set(found) != names:
        raise ValueError("fields are missing, or there are more than agreed")


def _word(found: dict[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str) or "\0" in value or (name != "text" and not 0 < len(value) <= 100):  # noqa: PLR2004 - longer than any id
        raise ValueError(f"{name} is no word")
    return value
