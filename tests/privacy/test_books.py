"""B04: three in ten customers are erased, and every report of the shop is the same to the byte."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from oms.kernel import clock, jobs, vault
from oms.kernel.db import Role, reading, transaction
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.retention import actions as retention
from oms.privacy.states import Way
from tests.fakes import Party
from tests.make import Shop
from tests.privacy.books import broken, furnish, references, reports, traded

Measured = Callable[..., None]
ALL = 100


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return furnish(session)


def erase(*units: str) -> None:
    with transaction() as session:
        request = erasure.open_request(session, Wish(units, Way.NOW, "eu", "en"))
    assert erasure.carry_out(request.id)


def thinned(small: Shop, stripe: Party, people: int) -> tuple[dict[str, str], dict[str, str], int]:
    """Let people buy, erase three in ten; return the reports of before and after, and how many are gone."""
    everybody = traded(small, stripe, people)
    before = reports(small)
    gone = everybody[: people * 3 // 10]
    for units in gone:
        erase(*units)
    jobs.drain()
    retention.let_go(clock.now() + timedelta(hours=2))
    assert not any(vault.ends(unit) for units in gone for unit in units)
    assert all(vault.ends(unit) for units in everybody[len(gone) :] for unit in units)
    return before, reports(small), len(gone)


def different(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    names = before.keys() | after.keys()
    return {n: (before.get(n, ""), after.get(n, "")) for n in names if before.get(n) != after.get(n)}


def rates(told: dict[str, str]) -> int:
    return len(json.loads(told["tax by country and rate"]).splitlines()) - 1


def profits(told: dict[str, str]) -> Counter[str]:
    """The sums of the profit by order and by SKU, in cents, each of its parts."""
    sums: Counter[str] = Counter()
    for name, sign in (("profit by order", 1), ("profit by SKU", -1)):
        for row in csv.DictReader(io.StringIO(json.loads(told[name]))):
            for part in ("units", "revenue", "sent_back", "cost_of_goods", "fees", "postage", "profit"):
                sums[part] += sign * round(100 * Decimal(row[part]))
                sums[f"{part} of {name}"] += round(100 * Decimal(row[part]))
    return sums


def test_three_of_ten_customers_less_and_every_report_is_the_same(
    small: Shop, stripe: Party, carrier: Party
) -> None:
    before, after, gone = thinned(small, stripe, 10)
    assert gone == 3
    assert rates(before) >= 4
    assert '"succeeded"' in before["refunds"]
    assert before["compared with Stripe"] == "[]"
    found = profits(before)
    parts = ("revenue", "sent_back", "cost_of_goods", "fees", "postage")
    assert all(found[f"{part} of profit by order"] > 0 for part in parts)
    assert {part for part in (*parts, "profit", "units") if found[part]} == set()
    assert different(before, after) == {}
    assert broken() == []


@pytest.mark.privacy
def test_thirty_of_a_hundred_customers_less(
    small: Shop, stripe: Party, carrier: Party, measured: Measured
) -> None:
    before, after, gone = thinned(small, stripe, ALL)
    wrong, lost, asked = different(before, after), broken(), len(list(references()))
    figure = f"{len(before)} reports, {rates(before)} rates, {gone} of {ALL} erased: {len(wrong)} differ"
    measured("B04", figure, passed=not wrong and gone == 30)
    measured("B04", f"{len(lost)} broken of {asked} sorts of references", passed=not lost and asked > 30)
    assert (wrong, lost) == ({}, [])


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("UPDATE order_taxes SET tax = tax - 1, net = net + 1", "tax by country and rate"),
        ("UPDATE payments SET fee = fee + 1", "profit by order"),
        ("UPDATE parcels SET postage = postage - 1", "profit by SKU"),
        ("UPDATE unit_costs SET amount = amount + 1", "profit by SKU"),
    ],
)
def test_a_cent_that_went_is_seen(
    small: Shop, stripe: Party, carrier: Party, planted: str, told: str
) -> None:
    traded(small, stripe, 1)
    before = reports(small)
    with transaction(Role.MIGRATE) as session:
        session.execute(text(planted))
    assert told in different(before, reports(small))


def test_a_row_that_lost_what_it_names_is_seen(small: Shop, stripe: Party, carrier: Party) -> None:
    traded(small, stripe, 1)
    assert broken() == []
    with transaction(Role.MIGRATE) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM orders"))
    assert {told.partition(":")[0] for told in broken()} >= {"order_lines.order_id", "payments.order_id"}
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text("SELECT count(*) FROM orders")) == 0
