"""Minutes of everything at once, with faults outside: nothing lost, nothing oversold, nothing left open."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from oms.inventory import actions as stock
from oms.kernel import db, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import load
from oms.kernel.db import transaction
from oms.local.services import Services
from oms.payments import gateway
from oms.privacy import handlers as privacy
from tests import make
from tests.running import RunningShop, Stores
from tests.soak import verdict
from tests.soak.crew import Crew, doubtful, open_parts, owed, ready
from tests.soak.crowd import Crowd
from tests.soak.memory import Scales
from tests.soak.weather import Weather

pytestmark = pytest.mark.soak
MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))
AT_ONCE = 10
GOODS = 40
# Workers: as a shop has that sells hundreds of orders a minute; they share what is due.
HANDS = 2
# Seconds: the poller asks for what webhooks never told after a minute and a half, each minute.
PATIENCE = 300


@pytest.fixture
def live(shop: None, databases: tuple[str, str], running: Services, tmp_path: Path) -> Iterator[RunningShop]:
    """A shop of forty goods, some of which will sell out."""
    made = RunningShop(
        Stores(databases[0], databases[1], running.environ["REDIS_URL"]), tmp_path, hands=HANDS
    )
    try:
        made.start()
        settings = load(made.environ)
        db.configure(settings.database_url, settings.keyring_url)
        vault.configure(settings)
        gateway.configure(settings)
        privacy.configure(settings)
        yield made
    finally:
        made.stop()


def stocked() -> list[str]:
    """Fill the shelves: the first goods with little, the last with plenty."""
    skus = [f"THING-{number:02}" for number in range(GOODS)]
    with transaction() as session:
        small = make.small_shop(session)
        stock.locate_warehouse(session, small.leiden, "Oude Vest 12", "Leiden")
        for number, sku in enumerate(skus):
            made = make.variant(session, sku, 1_000 + number)
            stock.receive(session, made, small.leiden, max(2, int(number * 2 * MINUTES)), by=SYSTEM)
    return skus


def settled(look: Callable[[], list[str]], until: float) -> list[str]:
    """Look until nothing is left, or the patience is over; return what was seen last."""
    while (found := look()) and time.monotonic() < until:
        time.sleep(2)
    return found


def work_left() -> list[str]:
    """Facts that have yet to become work for the crew, and the work that lies there."""
    return verdict.left_in_outbox() or [
        str(number) for number in doubtful() + open_parts() + ready() + owed()
    ]


def test_nothing_is_lost_oversold_or_left_open(live: RunningShop, databases: tuple[str, str]) -> None:
    crowd = Crowd(live, stocked(), seconds=MINUTES * 60)
    assert live.stripe is not None
    names = [make_url(url).database or "" for url in databases]
    web, worker, other, relay = (process.pid for process in live.processes)
    with Crew() as crew:
        # Weighed while there is work only: who has nothing to do does not grow.
        with (
            Scales({"web": web, "worker": worker, "other worker": other, "relay": relay}) as scales,
            Weather(live.stripe, every=3.0) as weather,
            ThreadPoolExecutor(AT_ONCE) as people,
        ):
            list(people.map(crowd.live, range(AT_ONCE)))
        settled(work_left, time.monotonic() + PATIENCE)
    until = time.monotonic() + PATIENCE
    paid = crowd.history.paid
    found = {
        "orders lost": settled(lambda: verdict.lost(paid), until),
        "effects left in the outbox": settled(verdict.left_in_outbox, until),
        "differences to Stripe": settled(verdict.unreconciled, until),
        "transactions left open": settled(lambda: verdict.open_transactions(*names), time.monotonic() + 10),
        "oversold or unexplained": verdict.oversold(),
        "ill, says the doctor": verdict.ill(live),
        "unexpected answers": crowd.history.odd + crew.odd,
    }
    lived = f"{crowd.history.lives} lives in {MINUTES:g} minutes, {len(paid)} paid"
    print(f"\n{lived}; {len(weather.planted)} faults")
    for told in (crowd.history.answers, crew.done):
        print("  ".join(f"{name}: {count}" for name, count in sorted(told.items())))
    grown = scales.judged()
    for one in grown:
        print(one)
    for name, wrong in found.items():
        print(f"{name:40} {len(wrong):5}  {'; '.join(wrong[:5])[:300]}")
    assert crowd.history.lives >= 20 * MINUTES
    assert len(paid) >= 2 * MINUTES
    assert crew.done["hand_over"] >= MINUTES
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert [str(one) for one in grown if not one.is_flat] == []
