"""Each look of the soak sees the fault that it is for."""

import subprocess
import sys
import time

import psycopg
import pytest
from sqlalchemy import make_url, text

from oms.kernel import outbox
from oms.kernel.config import Settings
from oms.kernel.db import Role, transaction
from tests import make
from tests.forgetting import paid
from tests.make import Shop
from tests.soak import verdict
from tests.soak.memory import Scales, growth

LEAKING = "import time\nheld = []\nwhile True:\n    held.append(bytearray(600_000)); time.sleep(0.02)\n"


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session, clocks=2)


def run(statement: str) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(statement))


def test_an_oversold_good_is_seen(small: Shop) -> None:
    paid({small.clock: 2})
    assert verdict.oversold() == []
    run("UPDATE order_lines SET quantity = 3, total = 3 * unit_price")
    assert verdict.oversold() == ["RETRO-CLOCK: 3 sold of 2"]


def test_a_counter_without_its_ledger_is_seen(small: Shop) -> None:
    run(f"UPDATE stock_levels SET on_hand = on_hand + 1 WHERE variant_id = {small.clock}")
    assert verdict.oversold() == [f"on_hand of variant {small.clock}: 3, ledger 2"]


def test_a_lost_order_is_seen(small: Shop) -> None:
    order = paid({small.clock: 1})
    run("UPDATE payments SET session_ref = 'cs_1'")
    assert verdict.lost({"cs_1"}) == []
    run("UPDATE orders SET state = 'lapsed'")
    assert verdict.lost({"cs_1", "cs_2"}) == ["cs_1", "cs_2"]
    assert order.total > 0


def test_a_fact_without_effect_is_seen(small: Shop) -> None:
    run("UPDATE outbox_messages SET fanned_out_at = now()")
    assert verdict.left_in_outbox() == []
    with transaction() as session:
        outbox.say(session, "order.placed", order=7)
    assert verdict.left_in_outbox() == ["not fanned out: order.placed"]


def test_a_transaction_left_open_is_seen(small: Shop, settings: Settings) -> None:
    name = make_url(settings.database_url).database or ""
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("SELECT 1 AS forgotten")
        limit = time.monotonic() + 30
        while not (found := verdict.open_transactions(name)) and time.monotonic() < limit:
            time.sleep(0.1)
    assert found == [": SELECT 1 AS forgotten"]


def test_a_leak_is_seen_and_warming_up_is_not() -> None:
    warm = [(float(n), 100.0 + min(n, 20) * 2) for n in range(60)]
    leak = [(float(n), 100.0 + n) for n in range(60)]
    assert growth("web", warm).is_flat
    assert not growth("web", leak).is_flat
    assert round(growth("web", leak).per_minute) == 60


@pytest.mark.soak
def test_a_process_that_leaks_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", LEAKING]) as leaking:
        with Scales({"leak": leaking.pid}) as scales:
            time.sleep(12)
        leaking.kill()
    assert [one.is_flat for one in scales.judged()] == [False]
