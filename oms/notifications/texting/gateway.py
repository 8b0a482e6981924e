"""The only door to the text service: one text at a time, by its key, never in a transaction.

It is told a number, as `egress` lets it through, and the words; nothing else. It takes them, or refuses: for
now (429, 5xx), and the outbox tries again, not before the moment that it names; or for good.
"""

import re
import time
from dataclasses import dataclass, field, replace

from oms.kernel import db, egress
from oms.kernel.config import Settings
from oms.kernel.errors import UnavailableError
from oms.kernel.gates import Gate
from oms.kernel.http import Answer, Door
from oms.notifications.gateway import UndeliverableError
from oms.notifications.texting.personal import TEXTS

# Seconds: an attempt ends well within the lease of its delivery.
TIMEOUT = 10.0
_MOST_BYTES = 10_000
_LONGEST_REST = 3600
_TOO_MANY = 429
# What is refused for good: the number, or the words. A wrong key of ours is mended, and it is tried again.
_FOR_GOOD = frozenset({400, 404, 410, 422})
_WORD = re.compile(r"[^a-z0-9_]")


@dataclass
class _Line:
    """The configured door, our key there, the secrets that sign what we are told, and until when we rest."""

    door: Door
    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    rests_until: float = 0.0


_line: list[_Line] = []


def configure(settings: Settings) -> None:
    """Open the door from the settings; without an address there is none, and no text is sent."""
    egress.reach(TEXTS.name, settings.sms_url)
    door = Door(TEXTS.name, settings.sms_url.rstrip("/"), TIMEOUT, _MOST_BYTES)
    secrets = tuple(one.strip() for one in settings.sms_secret.split(",") if one.strip())
    _line[:] = [_Line(door, settings.sms_key, secrets)] if settings.sms_url else []


def is_on() -> bool:
    """Say whether this shop sends texts."""
    return bool(_line)


def secrets_of() -> tuple[str, ...]:
    """Return the secrets that the service may sign with; none where texts are off."""
    return _line[0].secrets if _line else ()


def send(phone: str, words: str, key: str, *, gate: Gate | None = None) -> None:
    """Hand a text to the service; a repeated call with the same key sends nothing more.

    A gate is entered when the service is reached and nothing is told yet; what it raises comes out of here.

    Raises UnavailableError when it does not take it now: send it again then. Raises UndeliverableError when
    it refuses the number or the words for good. No error names the number.
    """
    db.require_none_open("The text service")
    egress.require_agreement(TEXTS.name)
    if not _line:
        raise UnavailableError("No text service is configured: set SMS_URL, SMS_KEY and SMS_SECRET.")
    line = _line[0]
    if time.monotonic() < line.rests_until:
        raise UnavailableError("The text service asked for a rest.")
    headers = {"Authorization": f"Bearer {line.key}", "Idempotency-Key": key}
    door = replace(line.door, gate=gate) if gate is not None else line.door
    answer = door.ask("POST", "/v1/messages", body={"phone": phone, "text": words}, headers=headers)
    if answer.is_good:
        return
    if answer.status == _TOO_MANY:
        line.rests_until = time.monotonic() + _rest(answer)
    if answer.status in _FOR_GOOD:
        raise UndeliverableError(f"The text service refused it for good: {_code(answer)}.")
    raise UnavailableError(f"The text service did not take it: {answer.status}.")


def _rest(answer: Answer) -> int:
    asked = answer.headers.get("retry-after", "")
    return min(int(asked), _LONGEST_REST) if asked.isascii() and asked.isdecimal() else 1


def _code(answer: Answer) -> str:
    """Return the code of a refusal; its sentence may repeat what it was told."""
    try:
        return _WORD.sub("", str(answer.json()["error"]["code"]))[:40]
    except (UnavailableError, KeyError, TypeError):
        return str(answer.status)
