"""Valkey is stopped under a shop that sells: shoppers notice nothing, and the rest follows its return."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import text

from oms.kernel.db import Role, reading, transaction
from oms.local.valkey import Server
from tests import make
from tests.fakes import wait_until
from tests.running import RunningShop, Shopper, Stores

pytestmark = pytest.mark.faults
_EFFECTS = 120  # seconds in which a worker that lost its queue finds it again, on a busy machine


@dataclass(frozen=True)
class Place:
    """A whole shop, and the Valkey that it alone uses."""

    shop: RunningShop
    valkey: Server

    def subjects(self) -> list[str]:
        """Return the subjects of the mails that went out."""
        mails = sorted((self.shop.folder / "mail").glob("*.eml"))
        return [message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"] for mail in mails]


@pytest.fixture
def place(shop: None, databases: tuple[str, str], tmp_path: Path) -> Iterator[Place]:
    with transaction() as session:
        make.small_shop(session)
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    folder.chmod(0o755)
    server = Server.start(folder / "var")
    running = RunningShop(Stores(databases[0], databases[1], server.url()), tmp_path).start()
    yield Place(running, server)
    running.stop()
    server.stop()
    shutil.rmtree(folder)


def _orders() -> list[tuple[str, str]]:
    with reading(Role.MIGRATE) as session:
        return [tuple(row) for row in session.execute(text("SELECT number, state FROM orders"))]


def _buy(place: Place, number: int) -> Shopper:
    """Everything up to a paid order, and a code for the guest who looks for it."""
    shopper = Shopper(place.shop, number)
    assert shopper.add("RETRO-CLOCK").status_code == 303
    for path in ("/", "/cart", "/cart/count", "/search?q=clock"):
        assert shopper.http.get(f"{place.shop.url}{path}", timeout=60).status_code == 200
    answer = shopper.pay(shopper.checkout())
    assert answer.status_code == 303
    assert place.shop.stripe is not None
    session = re.search(r"cs_test_\w+", answer.headers["Location"])
    assert session is not None
    place.shop.stripe.pay(session.group())
    return shopper


def _ask_for_a_code(place: Place, shopper: Shopper, number: str) -> None:
    address = f"{place.shop.url}/orders"
    token = re.search(r'name="csrf_token" value="([^"]+)"', shopper.http.get(address, timeout=60).text)
    assert token is not None
    data = {"csrf_token": token.group(1), "number": number, "email": "ada@shop.test"}
    asked = shopper.http.post(address, data=data, timeout=60)
    assert asked.status_code == 200
    assert "/account/code" in asked.url


def test_a_shopper_buys_while_valkey_is_stopped_and_the_rest_follows_its_return(place: Place) -> None:
    _buy(place, 1)
    wait_until(lambda: [state for _, state in _orders()] == ["placed"], patience=_EFFECTS)
    wait_until(lambda: len(place.subjects()) == 1, patience=_EFFECTS)

    place.valkey.stop()
    shopper = _buy(place, 2)
    ((number, _),) = [order for order in _orders() if order[1] != "placed"] or _orders()[1:]
    page = shopper.http.get(f"{place.shop.url}/orders/{number}", timeout=60)
    assert page.status_code == 200
    _ask_for_a_code(place, shopper, number)
    assert place.shop.ask("/readyz").status_code == 200
    assert len(place.subjects()) == 1

    place.valkey.launch()
    wait_until(lambda: [state for _, state in _orders()] == ["placed"] * 2, patience=_EFFECTS)
    wait_until(lambda: len(place.subjects()) == 3, patience=_EFFECTS)
    assert sum(number in subject for subject in place.subjects()) >= 1
    assert all(process.poll() is None for process in place.shop.processes)
