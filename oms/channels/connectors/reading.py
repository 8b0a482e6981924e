"""What marketplaces say, read with care: a shape that is not as promised is an error, never half an order."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from oms.channels.connectors.wire import (
    ChannelRefusedError,
    ForbiddenError,
    NotAllowedError,
    Sold,
    UnknownThereError,
    Unread,
)
from oms.kernel.errors import BadInputError, UnavailableError
from oms.kernel.http import Answer, Door, UndeclaredError
from oms.kernel.money import Money

Said = Mapping[str, Any]
T = TypeVar("T")

NOT_FOUND = 404
# Seconds and bytes: a page holds up to 250 orders.
SECONDS = 20.0
MOST_BYTES = 20_000_000
_MULTIPLE, _BAD, _TOO_MANY, _SERVER = 300, 400, 429, 500
NOT_IN, NOT_THIS = 401, 403
_REF = re.compile(r"[A-Za-z0-9-]{1,40}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_WORD = re.compile(r"[^A-Za-z0-9_.-]")
_PREFIX, _LONGEST, _CODE = 2, 200, 60

log = logging.getLogger(__name__)


class GarbledError(UnavailableError):
    """The marketplace's answer cannot be read. It is asked again."""


def ask(door: Door, method: str, path: str, body: object = None, **headers: str) -> Answer:
    """Return an answer, good or a refusal; `headers` with a low line for each hyphen.

    Raises UnavailableError while the marketplace is away or too busy.
    """
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        answer = door.ask(method, path, body=body, headers=given)
    except UndeclaredError:
        raise
    except UnavailableError as error:
        raise UnavailableError("The marketplace does not answer. It is asked again.") from error
    if answer.status == _TOO_MANY or answer.status >= _SERVER or _MULTIPLE <= answer.status < _BAD:
        raise UnavailableError("The marketplace cannot answer now. It is asked again.")
    return answer


def call(door: Door, method: str, path: str, body: object = None, **headers: str) -> Answer:
    """Return an answer that is good, or a 404.

    Raises NotAllowedError for a 401, ForbiddenError for a 403, ChannelRefusedError with its code for other
    refusals, and what `ask` raises.
    """
    answer = ask(door, method, path, body, **headers)
    if answer.status == NOT_IN:
        raise NotAllowedError
    if answer.status == NOT_THIS:
        raise ForbiddenError
    if not answer.is_good and answer.status != NOT_FOUND:
        raise refusal(code_of(answer))
    return answer


def refusal(code: object) -> ChannelRefusedError:
    """Return the error for a code; of what a marketplace says in words nothing is kept."""
    kind = UnknownThereError if code == NOT_FOUND else ChannelRefusedError
    return kind(f"The marketplace refuses: {_WORD.sub('', str(code))[:_CODE] or 'unknown'}.")


def code_of(answer: Answer) -> str:
    """Return the code of a refusal as Amazon puts it (`errors`, or a word for passes), else the status."""
    try:
        said = answer.json()
        return str(said["error"] if "error" in said else said["errors"][0]["code"])
    except (UnavailableError, KeyError, IndexError, TypeError):
        return str(answer.status)


def said_by(answer: Answer) -> Said:
    """Return the object that an answer is. Raises GarbledError for anything else, refuses a 404."""
    if answer.status == NOT_FOUND:
        raise refusal(NOT_FOUND)
    try:
        said = answer.json()
    except UnavailableError as error:
        raise GarbledError from error
    if not isinstance(said, dict):
        raise GarbledError
    return said


def part(said: Said, name: str) -> Said:
    """Return an object inside another."""
    found = said.get(name)
    if not isinstance(found, dict):
        raise GarbledError
    return found


def parts(said: Said, name: str) -> list[Said]:
    """Return a list of objects; what is missing is not an empty list."""
    found = said.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise GarbledError
    return found


def text(said: Said, name: str) -> str:
    """Return words without blanks around, cut; empty where nothing is said. A number is no text."""
    found = said.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise GarbledError
    # Half of a pair of surrogates can be written nowhere.
    whole_ones = found.encode(errors="ignore").decode()
    return " ".join(whole_ones.replace("\x00", "").split())[:_LONGEST]


def word(said: Said, name: str) -> str:
    """Return words that must be there."""
    if not (found := text(said, name)):
        raise GarbledError
    return found


def token(said: Said, name: str) -> str:
    """Return what is handed back as it is, a pass or the place of a page; empty where there is none."""
    found = said.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or not found.isascii() or not found.isprintable():
        raise GarbledError
    return found


def next_of(said: Said, name: str, last: str) -> str | None:
    """Return the place of the next page, None after the last; the same place twice would never end."""
    found = token(said, name)
    if found and found == last:
        raise GarbledError
    return found or None


def reference(said: Said, name: str) -> str:
    """Return what they call something, a number or a word, which ends up in addresses."""
    found = said.get(name)
    told = str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""
    if not _REF.fullmatch(told):
        raise GarbledError
    return told


def whole(said: Said, name: str) -> int:
    """Return a number of things, never negative."""
    found = said.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 10**15:
        raise GarbledError
    return found


def flag(said: Said, name: str) -> bool:
    """Return a yes or no."""
    found = said.get(name)
    if not isinstance(found, bool):
        raise GarbledError
    return found


def amount(told: object, currency: str) -> int:
    """Return minor units of a decimal in text, exactly; a JSON number may have lost cents already."""
    if not isinstance(told, str) or not _DECIMAL.fullmatch(told):
        raise GarbledError
    try:
        return Money.parse(told, currency).amount
    except (BadInputError, ValueError) as error:
        raise GarbledError from error


def currency_of(said: Said, name: str) -> str:
    """Return a currency's code."""
    found = word(said, name)
    try:
        return Money(0, found).currency
    except ValueError as error:
        raise GarbledError from error


def country_of(said: Said, name: str) -> str:
    """Return a country by its two letters, empty where nothing is said."""
    found = text(said, name)
    if found and not _COUNTRY.fullmatch(found):
        raise GarbledError
    return found


def prefix_of(said: Said, name: str) -> str:
    """Return the first two characters of a postcode."""
    return text(said, name).upper().replace(" ", "")[:_PREFIX]


def moment(said: Said, name: str) -> datetime:
    """Return a moment that is written with its zone (ISO 8601), in UTC."""
    try:
        found = datetime.fromisoformat(word(said, name))
    except ValueError as error:
        raise GarbledError from error
    if found.tzinfo is None:
        raise GarbledError
    return found.astimezone(UTC)


def second(said: Said, name: str) -> datetime:
    """Return a moment that is told as seconds since 1970, in UTC."""
    try:
        return datetime.fromtimestamp(whole(said, name), UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise GarbledError from error


@dataclass(frozen=True, slots=True)
class Known:
    """Where an order tells its reference and its change, how that is written, and since when it was asked."""

    ref: str
    changed: str
    read: Callable[[Said, str], datetime]
    since: datetime

    def of(self, said: Said) -> Unread:
        """Return what is known. Raises GarbledError where not even its reference can be read."""
        ref = reference(said, self.ref)
        try:
            return Unread(ref, self.read(said, self.changed))
        except GarbledError:
            return Unread(ref, self.since)


def readable(told: Iterable[Said], read: Callable[[Said], T], known: Known) -> Iterator[T | Unread]:
    """Give what can be read, and of the rest what is known, so that it keeps nobody waiting.

    The log has its reference alone.
    """
    for one in told:
        try:
            yield read(one)
        except GarbledError:
            try:
                unread = known.of(one)
            except GarbledError:
                log.warning("an order of a marketplace cannot be read, nor its reference")
                continue
            log.warning("an order of a marketplace cannot be read: %s", unread.ref)
            yield unread


def collected_there(sold: Sold) -> Sold:
    """Return an order without the tax that the marketplace owes itself: every figure without it."""
    lines = tuple(
        replace(line, total=line.total - (line.tax if sold.tax_included else 0), tax=0) for line in sold.lines
    )
    delivery = sold.delivery - (sold.delivery_tax if sold.tax_included else 0)
    known = replace(sold, lines=lines, delivery=delivery, delivery_tax=0)
    return replace(known, tax_included=False, collects_tax=True)
