"""Orders: placed per second against the same statements in raw psycopg, and a list that stays fast."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from oms.desk.orders.queries import Wanted, held, listed, origins
from oms.kernel.db import Role, reading, transaction
from oms.local.services import Services
from tests import make
from tests.bench.harness import Line
from tests.bench.rates import measure
from tests.bench.raw import place_raw
from tests.running import RunningShop, Shopper, Stores

pytestmark = pytest.mark.bench
PLACED_BAR, LIST_BAR = 0.1, 1.5
BUYERS = 160


@pytest.fixture
def stores(shop: None, databases: tuple[str, str], running: Services) -> Stores:
    return Stores(databases[0], databases[1], running.environ["REDIS_URL"])


@pytest.fixture
def live(stores: Stores, tmp_path: Path) -> Iterator[RunningShop]:
    made = RunningShop(stores, tmp_path)
    yield made
    made.stop()


def test_orders_are_placed_at_a_tenth_of_what_the_database_alone_can(
    stores: Stores, live: RunningShop
) -> None:
    with transaction() as session:
        small = make.small_shop(session, clocks=5000)
    live.start()
    shoppers = []
    for number in range(BUYERS):
        shopper = Shopper(live, number)
        shopper.add("RETRO-CLOCK")
        shoppers.append((shopper, shopper.checkout()))
    placed = measure(lambda n: shoppers[n][0].pay(shoppers[n][1]).raise_for_status(), clients=8, times=BUYERS)
    assert live.stripe is not None
    ledger = live.stripe.get("ledger")["sessions"]
    assert len(ledger) == BUYERS
    alone = place_raw(stores.database, small.clock, small.leiden, times=1000, clients=8)
    print()
    print(Line("placed orders, form to the 303", placed.per_second, alone, PLACED_BAR))
    print(f"{'one of them, 95th percentile':34} {placed.p95_ms:8.0f} ms")
    assert placed.per_second / alone >= PLACED_BAR


def fill(orders: int) -> None:
    """Write so many placed orders at once."""
    with transaction(Role.MIGRATE) as session:
        session.execute(
            text(
                """
                INSERT INTO orders (number, state, market_code, language, currency, tax_included, country,
                                    postcode_prefix, goods, delivery, delivery_tax, tax, total, units,
                                    placed_at)
                SELECT md5(random()::text || n), 'placed', 'eu', 'en', 'EUR', true, 'NL', '23',
                       3100, 560, 97, 635, 3660, 1, now() - n * interval '1 minute'
                FROM generate_series(1, :n) n
                """
            ),
            {"n": orders},
        )
        session.execute(text("ANALYZE orders"))


def turned(pages: int) -> float:
    """The 95th percentile of milliseconds for pages deep into the list."""
    took = []
    with reading() as session:
        key = ""
        for _ in range(pages):
            begun = time.perf_counter()
            rows = listed(session, Wanted(), key, is_backwards=False)
            ids = [row.id for row in rows]
            held(session, ids)
            origins(session, ids)
            took.append((time.perf_counter() - begun) * 1000)
            key = rows[-1].key
    return sorted(took)[int(pages * 0.95) - 1]


def test_the_order_list_is_as_fast_at_a_hundred_thousand_orders_as_at_a_thousand(shop: None) -> None:
    fill(1_000)
    turned(15)
    few = min(turned(15) for _ in range(5))
    fill(99_000)
    turned(15)
    many = min(turned(15) for _ in range(5))
    print(
        f"\n{'order list, 95th percentile':34} {few:.2f} ms at 1,000 orders, {many:.2f} ms at 100,000: ",
        end="",
    )
    print(f"{many / few:.2f} times (bar {LIST_BAR})")
    assert many / few <= LIST_BAR
