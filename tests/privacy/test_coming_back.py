"""B03: what is told again of a hundred erased people, or brought again from old files, brings nobody back.

Every sort of event of Stripe and of the carrier comes again after the erasure, with names inside, twice, in
no order, and also under ids that the shop never saw; whoever runs the shop brings every old copy along again.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from oms.inventory import actions as stock
from oms.kernel import vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError
from oms.orders.personal import OrderContact
from oms.payments.models import Payment
from oms.privacy.arrivals import actions as arrivals
from oms.privacy.arrivals import queries as copies
from tests import make
from tests.fakes import Party
from tests.oms.fulfillment.conftest import House
from tests.privacy.canaries import Person, Sighting, find, folder, postgres, valkey
from tests.privacy.returning import IMPORT, STORIES, Post, Returning, all_events, bought, erased, figures

Measured = Callable[..., None]
EVENTS = {
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "charge.succeeded",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
    "refund.created",
    "refund.failed",
}


@pytest.fixture
def house(shop: None, stripe: Party, carrier: Party, sink: object) -> House:
    with transaction() as session:
        made = make.small_shop(session, pencils=5000)
        stock.locate_warehouse(session, made.leiden, "Oude Vest 12", "Leiden")
    return House(made, stripe)


def identity(people: list[Returning], settings: Settings) -> list[Sighting]:
    """Where any store of the shop holds what leads to one of these people."""
    names = ("name", "email", "mobile", "new_street", "city", "past_name_1", "past_number_1")
    who = [
        Person(*({n: given[n] for n in names} for given in (one.who.strings, one.who.cores)))
        for one in people
    ]
    stores = (postgres(settings.database_url), postgres(settings.keyring_url), valkey(settings.redis_url))
    return find(who, *stores, folder(settings.state_dir))


def refused(people: list[Returning]) -> tuple[int, int]:
    """Bring every file along again; how many there were, and how many of them were refused."""
    count = 0
    files = [file for mine in people for file in mine.files]
    for file in files:
        try:
            arrivals.receive(copies.read(file), market="eu", language="en", by=IMPORT)
        except ConflictError:
            count += 1
    return len(files), count


def all_comes_back(house: House, store: FlaskClient, settings: Settings, count: int) -> dict[str, Any]:
    """Erase people, tell and bring everything again; what is there then."""
    people = [bought(house, number) for number in range(count)]
    events, post = all_events(house.stripe), Post(store, people)
    post.everything(events)
    before = figures()
    gone = [erased(mine, is_member=place % 3 == 0) for place, mine in enumerate(people)]
    at_rest = figures()
    post.people = gone
    post.everything(events)
    post.everything(events[::-1], renamed="_again")
    files, turned_away = refused(gone)
    again = figures()
    seen = identity(gone, settings)
    newcomers = [bought_again(house, mine) for mine in gone[:: len(STORIES)]]
    return {
        "sorts": {str(event["type"]) for event in events},
        "rung": post.rung,
        "same": before == at_rest == again,
        "lines": sum(len(rows) for rows in before.values()),
        "files": files,
        "refused": turned_away,
        "refused after buying again": refused(gone)[1],
        "seen": seen,
        "newcomers": len(newcomers),
        "known": sum(newcomers),
    }


def bought_again(house: House, mine: Returning) -> bool:
    """Buy with the same mailbox; say whether anything leads from the new order to the one of before."""
    placed = make.order({house.shop.pencil: 1}, contact=OrderContact(mine.who.strings["email"]))
    make.learn(make.pay(placed, house.stripe))
    with reading() as session:
        new, old = (vault.subject_of(session, one.unit) for one in (placed.order, mine.order))
    assert make.state_of(placed.order.number) == "placed"
    return new is None or old is not None


def test_what_is_told_or_brought_again_brings_nobody_back(
    house: House, store: FlaskClient, settings: Settings
) -> None:
    found = all_comes_back(house, store, settings, 2)
    assert (found["same"], found["seen"], found["known"]) == (True, [], 0)
    assert found["refused"] == found["refused after buying again"] == found["files"] == 3


@pytest.mark.privacy
def test_a_hundred_orders_come_again_without_their_people(
    house: House, store: FlaskClient, settings: Settings, measured: Measured
) -> None:
    found = all_comes_back(house, store, settings, 100)
    rows, seen, lacking = found["lines"], found["seen"], EVENTS - found["sorts"]
    figure = f"100 orders, {found['rung']} webhooks, {len(lacking)} sorts of them lacking"
    measured("B03", figure, passed=not lacking)
    how = "the same" if found["same"] else "CHANGED"
    measured("B03", f"{rows} rows of money and stock: {how}", passed=found["same"])
    measured("B03", f"{len(seen)} identity fields of 100 erased people", passed=not seen)
    for when in ("refused", "refused after buying again"):
        figure = f"{found[when]} of {found['files']} old files {when}"
        measured("B03", figure, passed=found[when] == found["files"] >= 100)
    figure = f"{found['newcomers']} bought again as new, {found['known']} led back"
    measured("B03", figure, passed=not found["known"])


def test_a_webhook_whose_name_was_kept_would_be_seen(house: House, settings: Settings) -> None:
    mine = bought(house, 0)
    with transaction() as session:
        session.execute(update(Payment).values(trouble=mine.who.strings["name"]))
    assert {one.what for one in identity([mine], settings)} == {"name"}
