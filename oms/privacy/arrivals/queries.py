"""Reading a copy of another Counterfoil: what of it can be brought along, and what came before."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.buyers.personal import AccountProfile
from oms.kernel import clock, vault
from oms.kernel.errors import BadInputError
from oms.kernel.vault import master, tombstones
from oms.orders import queries as orders
from oms.orders.models import unit_of
from oms.privacy.arrivals.models import Arrival
from oms.privacy.arrivals.personal import PastAddress, PastOrder
from oms.privacy.states import Channel
from oms.privacy.wishes.queries import Answer
from oms.privacy.wishes.states import Choice, WishPurpose

PART = "your-data.json"
MOST_BYTES = 8 * 1024 * 1024
MOST_RECORDS = 5000
_LONGEST = 500
_HASH = re.compile("[0-9a-f]{64}")
_WRONG = "This is not a copy made by Counterfoil. Take the file your-data.zip, or its your-data.json."


@dataclass(frozen=True, slots=True)
class Portable:
    """What can be brought along: profile, addresses, past orders, and what was said yes and no to."""

    email: str
    profile: AccountProfile
    addresses: tuple[PastAddress, ...]
    orders: tuple[PastOrder, ...]
    wishes: tuple[Answer, ...]


def read(content: bytes) -> Portable:
    """Return what a copy holds that can be brought along. Raises BadInputError, saying what is wrong."""
    told = _parsed(content)
    records = _list(told, "records")
    given = [(str(one.get("kind")), _values(one)) for one in records]
    profiles = [_made(AccountProfile, values) for kind, values in given if kind == "account.profile"]
    places = {_made(PastAddress, values) for kind, values in given if kind in _ADDRESSES}
    past = {_made(PastOrder, values) for kind, values in given if kind == "history.order"}
    past |= {_order(one) for one in _list(told, "orders")}
    return Portable(
        _email(given),
        profiles[0] if profiles else AccountProfile(),
        tuple(sorted(places, key=repr)),
        tuple(sorted(past, key=lambda order: (order.placed_at, order.number))),
        _answers(_list(told, "wishes")),
    )


_ADDRESSES = frozenset({"order.delivery", "history.address"})


def _parsed(content: bytes) -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        raise BadInputError(f"The file has {len(content)} bytes; {MOST_BYTES} is the most.", field="file")
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if archive.getinfo(PART).file_size > MOST_BYTES:
                    raise BadInputError(_WRONG, field="file")
                content = archive.read(PART)
        told = json.loads(content)
    except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError, RecursionError) as error:
        raise BadInputError(_WRONG, field="file") from error
    if not isinstance(told, dict) or not str(told.get("$schema", "")).endswith("/your-data/schema.json"):
        raise BadInputError(_WRONG, field="file")
    return told


def _list(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = told.get(name)
    if not isinstance(found, list) or len(found) > MOST_RECORDS or any(type(o) is not dict for o in found):
        raise BadInputError(f"{_WRONG} Its part {name} cannot be read.", field="file")
    return found


def _values(one: Mapping[str, Any]) -> Mapping[str, Any]:
    values = one.get("values")
    return values if isinstance(values, dict) else {}


def _made(cls: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of three sealed dataclasses
    """Return a record of the fields that it knows; text is cut, and what is no text or number left out."""
    known = {field.name: field for field in fields(cls)}
    return cls(**{name: _kept(value, known[name].default) for name, value in values.items() if name in known})


def _kept(value: object, like: object) -> object:
    if isinstance(like, tuple):
        return tuple(str(part)[:_LONGEST] for part in value) if isinstance(value, list) else like
    if isinstance(like, int):
        return value if type(value) is int else like
    return value.strip()[:_LONGEST] if isinstance(value, str) else like


def _order(one: Mapping[str, Any]) -> PastOrder:
    lines = one.get("lines")
    goods = tuple(_goods(line) for line in lines if isinstance(line, dict)) if isinstance(lines, list) else ()
    made: PastOrder = _made(PastOrder, {**one, "goods": list(goods)})
    return made


def _goods(line: Mapping[str, Any]) -> str:
    return f"{line.get('quantity')} x {line.get('title')} ({line.get('sku')}): {line.get('total')}"


def _answers(given: list[Mapping[str, Any]]) -> tuple[Answer, ...]:
    """Return what is in force for each purpose and channel: of several units one no is enough."""
    last: dict[tuple[str, str, str], Answer] = {}
    for answer, unit in ((_answer(one), str(one.get("unit"))) for one in given):
        if answer is not None:
            last[answer.purpose, answer.channel, unit] = answer
    chosen: dict[tuple[str, str], Answer] = {}
    for answer in sorted(last.values(), key=lambda one: (one.choice is Choice.WITHDRAWN, one.at)):
        chosen[answer.purpose, answer.channel] = answer
    return tuple(answer for _key, answer in sorted(chosen.items()))


def _answer(one: Mapping[str, Any]) -> Answer | None:
    """Return one row of another ledger; None for one that no shop wrote."""
    text_hash, wording, language = (str(one.get(name)) for name in ("text_hash", "wording", "language"))
    try:
        purpose, channel = WishPurpose(str(one.get("purpose"))), Channel(str(one.get("channel")))
        choice, at = Choice(str(one.get("choice"))), datetime.fromisoformat(str(one.get("at")))
    except ValueError:
        return None
    if not _HASH.fullmatch(text_hash) or not at.tzinfo or at > clock.now():
        return None
    return Answer(purpose, channel, choice, text_hash, wording[:40], language[:40], at)


def _email(given: list[tuple[str, Mapping[str, Any]]]) -> str:
    for wanted in ("account.contact", "order.contact"):
        for kind, values in given:
            if kind == wanted and isinstance(values.get("email"), str):
                return str(values["email"])
    return ""


def has_gone(session: Session, portable: Portable) -> bool:
    """Say whether anything in a copy is of somebody who was deleted here.

    Asked are our own orders, what tombstones name, and references that came before and whose unit is gone.
    """
    numbers = [order.number for order in portable.orders if order.number]
    units = {unit_of(number) for number in numbers}
    ours = (orders.by_number(session, number) for number in numbers)
    if any(order is not None and order.forgotten_at is not None for order in ours):
        return True
    if any(stone.unit in units for stone in tombstones.read(master.tombstones())):
        return True
    return any(not vault.subject_of(session, unit) for unit in _came_to(session, numbers))


def mark(number: str) -> str:
    """Return by what a reference of another shop is known again: a digest, as anything may stand there."""
    return hashlib.sha256(f"brought along: {number}".encode()).hexdigest()


def _came_to(session: Session, numbers: list[str]) -> Iterator[str]:
    marks = [mark(number) for number in numbers]
    yield from session.scalars(select(Arrival.unit).where(Arrival.ref.in_(marks)).distinct())
