"""B10: somebody's copy and pages hold everything of them and nothing of anybody else."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.orders.personal import OrderContact
from oms.privacy.copies import handlers as copies
from storefront.app import create_store
from tests import make
from tests.forgetting import delivered, proven, taken
from tests.make import Shop
from tests.people import Visitor
from tests.privacy.canaries import Person, person

KEPT = ("name", "line_1", "city", "phone")
Measured = Callable[..., None]


@pytest.fixture
def small(shop: None, settings: Settings) -> Shop:
    copies.configure(settings)
    with transaction() as session:
        return make.small_shop(session, pencils=5000)


def bought(small: Shop, who: Person) -> None:
    """An order of somebody, in the same town, of the same goods, on the same day as everybody's."""
    strings = who.strings
    delivery = replace(
        make.ADA,
        name=strings["name"],
        street=strings["line_1"],
        city=strings["city"],
        phone=strings["phone"],
    )
    delivered({small.pencil: 1}, contact=OrderContact(strings["email"]), delivery=delivery)


def everything(visitor: Visitor) -> bytes:
    """All that a browser is shown and handed, as bytes."""
    parts = taken(visitor)
    pages = [visitor.get(path).data for path in ("/your-data/", "/your-data/delete")]
    return b"\n".join([*parts.values(), *pages])


def seen(who: Person, shown: bytes) -> set[str]:
    return {what for what, core in who.cores.items() if core.encode() in shown}


def surrounded(small: Shop, store: FlaskClient, neighbors: int) -> tuple[set[str], int]:
    """Let somebody with neighbors look; return which strings of their own are there, how many of others."""
    ada, others = person(), [person() for _number in range(neighbors)]
    for who in (*others[: neighbors // 2], ada, *others[neighbors // 2 :]):
        bought(small, who)
    shown = everything(proven(store, ada.strings["email"]))
    return seen(ada, shown), sum(len(seen(other, shown)) for other in others)


def test_a_copy_among_neighbors_holds_its_person_whole_and_nobody_else(
    small: Shop, store: FlaskClient
) -> None:
    mine, others = surrounded(small, store, 12)
    assert mine >= {"email", *KEPT}
    assert others == 0


@pytest.mark.privacy
def test_a_copy_among_a_thousand_neighbors(small: Shop, store: FlaskClient, measured: Measured) -> None:
    mine, others = surrounded(small, store, 1000)
    whole = {"email", *KEPT}
    measured("B10", f"recall {len(mine & whole)}/{len(whole)}", passed=mine >= whole)
    measured("B10", f"{others} canaries of 1,000 neighbors", passed=others == 0)


def test_who_shares_a_household_or_nearly_a_mailbox_is_somebody_else(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    order = delivered({small.clock: 1})
    near = ("adaa@shop.test", "ada@shop.test.evil.test", "a-da@shop.test")
    strangers = [delivered({small.pencil: 1}, contact=OrderContact(email)) for email in near]
    shown = everything(proven(store, "ada@shop.test")).decode()
    assert order.number in shown
    for stranger, email in zip(strangers, near, strict=True):
        assert stranger.number not in shown
        theirs = everything(proven(create_store(settings).test_client(), email)).decode()
        assert stranger.number in theirs
        assert order.number not in theirs


def test_a_canary_of_a_neighbor_that_slipped_in_is_seen() -> None:
    grace = person()
    assert seen(grace, b"by the way, " + grace.strings["phone"].encode()) == {"phone"}
