"""What a bench stands on, a shop of 200 goods with all its processes; and its end, the table."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from oms.inventory import actions as stock
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.local.services import Services
from oms.payments import gateway
from storefront.app import create_store
from tests import make
from tests.bench.shares import postmaster
from tests.bench.table import LINES
from tests.running import RunningShop, Stores

GOODS = 200


@dataclass(frozen=True)
class Bench:
    """A running shop, the ids of its goods by SKU, its warehouse, and the process ids of its parts."""

    shop: RunningShop
    goods: dict[str, int]
    warehouse: int
    parts: dict[str, int]


@pytest.fixture
def bench(shop: None, databases: tuple[str, str], running: Services, tmp_path: Path) -> Iterator[Bench]:
    """Start a shop that sells 200 different things, thousands of each."""
    goods = {f"THING-{number:03}": 0 for number in range(GOODS)}
    with transaction() as session:
        warehouse = make.small_shop(session).leiden
        for number, sku in enumerate(goods):
            goods[sku] = make.variant(session, sku, 1_000 + number)
            stock.receive(session, goods[sku], warehouse, 5_000, by=SYSTEM)
    made = RunningShop(Stores(databases[0], databases[1], running.environ["REDIS_URL"]), tmp_path)
    try:
        made.start()
        assert made.stripe is not None
        web, worker, relay = (process.pid for process in made.processes)
        parts = {"web": web, "worker": worker, "relay": relay, "Stripe stand-in": made.stripe.pid}
        yield Bench(made, goods, warehouse, {**parts, "Postgres": postmaster(databases[0])})
    finally:
        made.stop()


@pytest.fixture
def inside(bench: Bench, settings: Settings) -> FlaskClient:
    """Return a browser at the same store in this process, over the same databases, to look into."""
    assert bench.shop.stripe is not None
    known = replace(settings, stripe_api_base=bench.shop.stripe.address, trusted_proxies=1)
    gateway.configure(known)
    return create_store(known).test_client(use_cookies=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every line that was measured."""
    if not LINES:
        return
    terminalreporter.section("bench")
    for line in LINES:
        terminalreporter.write_line(line)
    load = " ".join(f"{part:.1f}" for part in os.getloadavg())
    terminalreporter.write_line(f"load {load} on {os.cpu_count()} processors: trust ratios, not rates")
