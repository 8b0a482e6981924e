"""Defects of erasure that other shops had: each is a case that stays closed here (E3, E6, E7, E8)."""

from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from oms import tables
from oms.kernel import jobs, register, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.register import KINDS, Erase, Kind, Purpose
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.erasure import actions, queries
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Way
from tests import make
from tests.fakes import Party
from tests.forgetting import GRACE, delivered
from tests.make import Shop
from tests.privacy.canaries import find, folder, person, postgres, valkey

MODULES = tables.MODULES


def erase(*units: str) -> None:
    with transaction() as session:
        request = actions.open_request(session, Wish(units, Way.NOW, "eu", "en"))
    assert actions.carry_out(request.id)


def rows(statement: str) -> list[tuple[Any, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def sample(kind: Kind) -> object:
    """A record of a kind with something in every field that must be given."""
    values = {
        field.name: ("x",) if "tuple" in str(field.type) else 1 if field.type in {int, "int"} else "x"
        for field in fields(kind.type)
        if field.default is MISSING
    }
    return kind.type(**values)


def kinds_of_an_order() -> list[Kind]:
    ours = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
    return [kind for kind in ours if kind.unit == "order" and kind.erase is not Erase.DELETE_FILE]


def test_e3_what_is_hidden_from_the_copy_is_erased_all_the_same(small: Shop) -> None:
    order = delivered({small.clock: 1})
    with reading() as session:
        subject = vault.subject_of(session, order.unit)
    assert subject is not None
    more = [kind for kind in kinds_of_an_order() if kind.name not in vault.ends(order.unit)]
    keys = vault.prepare(subject, order.unit, *(kind.type for kind in more))
    with transaction() as session:
        vault.seal_all(session, [sample(kind) for kind in more], keys)
    hidden = [kind.name for kind in kinds_of_an_order() if Purpose.RIGHTS not in kind.purposes]
    with reading() as session:
        planned = {one.kind.name for one in queries.plan(session, [order.unit]).goes}
    assert planned == {kind.name for kind in kinds_of_an_order()} >= set(hidden)
    erase(order.unit)
    assert vault.ends(order.unit) == {}
    assert rows(f"SELECT * FROM personal.sealed WHERE unit = '{order.unit}'") == []


def test_e3_the_erasure_asks_the_keys_and_no_list_of_columns() -> None:
    assert {kind.erase for kind in register.KINDS.values()} <= set(Erase)
    assert not [kind.name for kind in register.KINDS.values() if not kind.names()]


def test_e7_a_friend_to_whom_a_present_went_is_gone_with_the_order(small: Shop, settings: Settings) -> None:
    friend = person()
    delivery = replace(make.ADA, name=friend.strings["name"], street=friend.strings["line_1"])
    order = delivered({small.clock: 1}, delivery=delivery)
    hers = delivered({small.pencil: 1}, contact=GRACE)
    erase(order.unit)
    shops = (postgres(settings.database_url), postgres(settings.keyring_url))
    places = (folder(settings.state_dir, exclude=["mail/*"]), valkey(settings.redis_url))
    assert find([friend], *shops, *places) == []
    assert len(vault.ends(hers.unit)) == 2


SHARED = {
    "orders": "SELECT * FROM orders WHERE id <> {id} ORDER BY id",
    "lines": "SELECT * FROM order_lines WHERE order_id <> {id} ORDER BY id",
    "payments": "SELECT * FROM payments WHERE order_id <> {id} ORDER BY id",
    "sealed": "SELECT * FROM personal.sealed WHERE unit <> '{unit}' AND unit NOT LIKE 'certificate:%'"
    " ORDER BY id",
    "indexes": "SELECT * FROM personal.blind_indexes WHERE unit <> '{unit}' ORDER BY sealed_id, field",
    "disclosures": "SELECT * FROM disclosures WHERE unit <> '{unit}' ORDER BY id",
    "stock": "SELECT * FROM stock_levels ORDER BY 1, 2",
    "movements": "SELECT * FROM stock_movements ORDER BY id",
}


def others(order: Order) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(asked.format(id=order.id, unit=order.unit)) for name, asked in SHARED.items()}


def test_e8_nothing_of_anybody_else_changes_by_a_byte(small: Shop) -> None:
    twice = OrderContact("twice@shop.test")
    everybody = [delivered({small.pencil: 1 + n % 3}, contact=twice if n % 2 else GRACE) for n in range(6)]
    gone = everybody[2]
    before = others(gone)
    assert all(before.values())
    erase(gone.unit)
    assert others(gone) == before


def test_e8_a_neighbor_that_was_touched_would_be_seen(small: Shop) -> None:
    one, two = delivered({small.pencil: 1}), delivered({small.pencil: 1}, contact=GRACE)
    before = others(one)
    with transaction() as session:
        session.execute(text("UPDATE orders SET language = 'de' WHERE id = :i"), {"i": two.id})
    assert others(one) != before


def test_e6_a_payment_that_is_told_again_brings_nobody_back(small: Shop, stripe: Party, sink: Path) -> None:
    placed = make.order({small.clock: 1})
    paid = make.pay(placed, stripe)
    make.learn(paid)
    with transaction() as session:
        orders.note_delivery(session, placed.order.id)
    jobs.drain()
    erase(placed.order.unit)
    jobs.drain()
    names = ("orders", "payments", "payment_events")
    kept = {name: rows(f"SELECT * FROM {name} ORDER BY 1") for name in names}
    mails = sorted(path.name for path in sink.iterdir())
    for _time in range(2):
        make.learn(paid)
    assert {name: rows(f"SELECT * FROM {name} ORDER BY 1") for name in names} == kept
    assert sorted(path.name for path in sink.iterdir()) == mails
    assert vault.ends(placed.order.unit) == {}
    assert rows(f"SELECT * FROM personal.sealed WHERE unit = '{placed.order.unit}'") == []
