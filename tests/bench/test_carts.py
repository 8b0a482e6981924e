"""Putting things into carts, beside the same statements in raw psycopg."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel.db import Role, reading
from tests.bench.conftest import GOODS, Bench
from tests.bench.costs import dearest
from tests.bench.harness import ROUNDS
from tests.bench.plain import Plain, address, crowd
from tests.bench.raw import add_raw
from tests.bench.shares import Shares
from tests.bench.table import middle, tell

pytestmark = pytest.mark.bench
ADD_BAR = 0.1
VISITS, THINGS = 32, 8


class Visit:
    """A shopper who puts things into a cart, one by one; the first opens it, and brings the cookie."""

    def __init__(self, number: int, skus: list[str]) -> None:
        self.number = number
        self.skus = skus
        self.cookie = ""

    def pay_no_heed(self, line: Plain) -> None:
        """Put each thing in and never look at the cart."""
        cookie = ""
        for sku in self.skus:
            form = {"sku": sku, "quantity": "1"}
            status, headers = line.post("/cart/lines", form, address(self.number), cookie)
            assert (status, headers["Location"]) == (303, "/cart")
            cookie = cookie or str(headers["Set-Cookie"]).partition(";")[0]

    def add_within(self, browser: FlaskClient, turn: int) -> None:
        """Put one thing into the cart without a wire; the first opens it."""
        headers = {"X-Forwarded-For": address(self.number), "Sec-Fetch-Site": "same-origin"}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        form = {"sku": self.skus[turn], "quantity": "1"}
        answer = browser.post("/cart/lines", data=form, headers=headers)
        assert answer.status_code == 303
        self.cookie = self.cookie or answer.headers["Set-Cookie"].partition(";")[0]


def test_things_go_into_carts_at_their_share_of_what_the_database_alone_can(
    bench: Bench, inside: FlaskClient
) -> None:
    skus = list(bench.goods)
    wanted = [[skus[(n * THINGS + m) % GOODS] for m in range(THINGS)] for n in range((ROUNDS + 1) * VISITS)]
    visits = [Visit(number, some) for number, some in enumerate(wanted)]
    shares, rounds, slow = Shares(), [], []
    for turn in range(ROUNDS + 1):
        now = visits[turn * VISITS :][:VISITS]
        with Shares().measured({}) if not turn else shares.measured(bench.parts):
            rate = crowd(bench.shop.url, now, lambda line, visit: visit.pay_no_heed(line))
        alone = add_raw(bench.shop.stores.database, [[bench.goods[s] for s in visit.skus] for visit in now])
        rounds.append((rate.per_second * THINGS, alone))
        slow.append(rate.p95_ms / THINGS)
    line = middle("add to cart", rounds[1:], ADD_BAR)
    tell(line)
    tell(f"    each: {shares.told(ROUNDS * VISITS * THINGS)}; about {min(slow):.0f} ms at 8 clients")
    with reading(Role.MIGRATE) as session:
        filled = "SELECT count(*) FROM (SELECT FROM cart_lines GROUP BY cart_id HAVING sum(quantity) = :n) c"
        assert session.scalar(text(filled), {"n": THINGS}) == 2 * len(visits)
    if line.is_below:
        more = Visit(len(visits), skus)
        tell(dearest(lambda n: more.add_within(inside, n), THINGS))
    assert not line.is_below
