"""How fast pages are, as a share of what the same server does with an empty Flask view."""

from collections.abc import Iterator

import pytest

from oms.catalog.actions import put_product
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from tests import goods
from tests.bench.harness import HERE, ROUNDS, Line, best_of, hammer, served

pytestmark = pytest.mark.bench
PRODUCTS = 200


@pytest.fixture
def environ(shop: None, settings: Settings) -> dict[str, str]:
    """Return the environment of a shop with 200 products."""
    with transaction() as session:
        goods.open_markets(session)
        for number in range(PRODUCTS):
            put_product(session, goods.simple(f"thing-{number}", f"Thing number {number}", 100 + number))
    return {
        "DATABASE_URL": settings.database_url,
        "KEYRING_URL": settings.keyring_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(settings.state_dir),
    }


@pytest.fixture
def ports(environ: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve the bare view and the shop; give both ports."""
    with (
        served("hello:application", HERE, {}) as bare,
        served("wsgi:application", HERE.parents[1], environ) as shop,
    ):
        yield bare, shop


def test_pages_are_answered_at_their_share_of_an_empty_view(ports: tuple[int, int]) -> None:
    bare, shop = ports
    screens = {
        "product page, 200 products": [f"/products/thing-{n}" for n in range(PRODUCTS)],
        "product page, other market": [f"/us-de/products/thing-{n}" for n in range(PRODUCTS)],
        "search": [f"/search?q=thing&page={n}" for n in range(1, 9)],
        "first page": ["/"],
    }
    for paths in screens.values():
        hammer(shop, paths, seconds=3 if len(paths) > 100 else 1)
    limits: list[float] = []
    rates: dict[str, list[float]] = {name: [] for name in screens}
    for _ in range(ROUNDS):
        limits.append(hammer(bare, ["/"]))
        for name, paths in screens.items():
            rates[name].append(hammer(shop, paths))
    lines = [Line(name, best_of(found), best_of(limits), 0.6) for name, found in rates.items()]
    print()
    for line in lines:
        print(line)
    assert [line.name for line in lines if line.ratio < line.bar] == []
