"""B26: every personal field of many people lies sealed, and no envelope opens in another's place."""

import dataclasses
import secrets
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import Row, select

from oms.kernel import clock, register, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Kind
from oms.kernel.vault import keyring
from oms.kernel.vault.envelope import unshut
from oms.kernel.vault.errors import BrokenSealError
from oms.kernel.vault.keyring import DataKey
from oms.kernel.vault.models import SealedRow
from oms.kernel.vault.rows import row_place
from tests.privacy.canaries import Person, find, postgres
from tests.privacy.disks import postgres_files


def kinds() -> list[Kind]:
    """Every kind of the shop; those of the tests are left out."""
    return [kind for kind in register.KINDS.values() if kind.type.__module__.startswith("oms.")]


def filled(kind: Kind, word: str) -> object:
    """A record whose every text holds a word."""
    hints = get_type_hints(kind.type)
    return kind.type(**{f.name: _value(hints[f.name], word) for f in dataclasses.fields(kind.type)})


def _value(hint: object, word: str) -> object:
    if get_origin(hint) is types.UnionType:
        hint = get_args(hint)[0]
    if hint is str:
        return f"{word} {secrets.token_hex(3)}"
    return (f"{word} line",) if get_origin(hint) is tuple else 0


def seal_people(people: int, word: str) -> int:
    """Seal every kind for so many people; return how many fields."""
    sorts: dict[str, list[Kind]] = {}
    for kind in kinds():
        sorts.setdefault(kind.unit, []).append(kind)
    fields = 0
    for number in range(people):
        subject = new_id()
        for sort, theirs in sorts.items():
            keys = vault.prepare(subject, f"{sort}:{number + 1}", *(kind.type for kind in theirs))
            records = [filled(kind, word) for kind in theirs]
            with transaction() as session:
                vault.seal_all(session, records, keys)
            fields += sum(len(kind.fields) for kind in theirs)
    return fields


def swapped(rows: Sequence[Row[Any]]) -> Iterator[tuple[str, Row[Any], tuple[str, ...], Row[Any]]]:
    """Give envelopes in wrong places: what was swapped, whose envelope, the place, whose key."""
    for row, other in zip(rows, [*rows[7:], *rows[:7]], strict=True):
        kind, theirs = register.KINDS[row.kind], register.KINDS[other.kind]
        yield "row", row, row_place(other.id, kind, row.unit, row.key_id), row
        yield "column", row, row_place(row.id, theirs, row.unit, row.key_id), row
        yield "unit", row, row_place(row.id, kind, other.unit, row.key_id), row
        yield "key id", row, row_place(row.id, kind, row.unit, other.key_id), row
        yield "key", row, row_place(row.id, kind, row.unit, row.key_id), other
        yield "all of another", row, row_place(other.id, theirs, other.unit, other.key_id), other
        yield "table", row, ("files", *row_place(row.id, kind, row.unit, row.key_id)[1:]), row


def refusals(rows: Sequence[Row[Any]], keys: dict[Any, DataKey]) -> tuple[Counter[str], Counter[str]]:
    """Try every swap; return how many of each there were, and how many opened all the same."""
    tried, opened = Counter[str](), Counter[str]()
    for what, row, place, whose in swapped(rows):
        if place == row_place(row.id, register.KINDS[row.kind], row.unit, row.key_id) and whose is row:
            continue  # a neighbor of the same kind or unit: nothing was swapped
        tried[what] += 1
        try:
            unshut(keys[whose.key_id].secret, row.envelope, place)
            opened[what] += 1
        except BrokenSealError:
            continue
    return tried, opened


def check(people: int, settings: Settings, measured: Callable[..., None]) -> None:
    word = "zq" + "".join(secrets.choice("bcdfghjklmnp") for _ in range(12))
    marked = Person({"word": word}, {"word": word})
    fields = seal_people(people, word)
    stores = (settings.database_url, settings.keyring_url)
    seen = find([marked], *map(postgres, stores), *map(postgres_files, stores))
    with reading() as session:
        rows = session.execute(select(SealedRow.__table__).order_by(SealedRow.id)).all()
    keys = keyring.fetch((row.key_id for row in rows), keyring.STORAGE)
    whole = [unshut(keys[r.key_id].secret, r.envelope, _place(r)) for r in rows]
    tried, opened = refusals(rows, keys)

    measured("B26", f"{people} people, {fields} fields: {len(seen)} readable on the disk", passed=not seen)
    figure = f"{tried.total()} swaps of {len(tried)} sorts: {opened.total()} opened"
    measured("B26", figure, passed=not opened and len(tried) == 7)
    assert (len(rows), len(whole)) == (people * len(kinds()), people * len(kinds()))
    assert all(word.encode() in plain for plain in whole if b"zq" in plain)
    assert sum(word.encode() in plain for plain in whole) > len(whole) // 2


def _place(row: Row[Any]) -> tuple[str, ...]:
    return row_place(row.id, register.KINDS[row.kind], row.unit, row.key_id)


@pytest.mark.usefixtures("shop")
def test_the_fields_of_a_few_people_are_sealed_in_their_places(
    settings: Settings, measured: Callable[..., None]
) -> None:
    check(10, settings, measured)


@pytest.mark.privacy
@pytest.mark.usefixtures("shop")
def test_the_fields_of_a_thousand_people_are_sealed_in_their_places(
    settings: Settings, measured: Callable[..., None]
) -> None:
    check(1_000, settings, measured)


@pytest.mark.usefixtures("shop")
def test_a_field_that_is_not_sealed_is_seen_on_the_disk(settings: Settings) -> None:
    word = "zq" + "".join(secrets.choice("bcdfghjklmnp") for _ in range(12))
    with transaction() as session:
        session.execute(
            SealedRow.__table__.insert(),
            [
                {
                    "id": new_id(),
                    "kind": "order.delivery",
                    "unit": f"order:{word}",
                    "subject_id": new_id(),
                    "key_id": new_id(),
                    "envelope": word.encode(),
                    "sealed_at": clock.now(),
                }
            ],
        )
    marked = Person({"word": word}, {"word": word})

    seen = find([marked], postgres_files(settings.database_url))

    assert {one.place.partition("/")[0] for one in seen} >= {"base"}
