"""The shop closes: announced in time, nobody new, everybody let go of, and the books as they were."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.orders.personal import OrderContact
from oms.privacy.clocks import calendar
from oms.privacy.closing import actions, queries
from oms.privacy.closing.commands import shop as command
from storefront.app import create_store
from tests import make
from tests.forgetting import GRACE, delivered, paid
from tests.make import Shop
from tests.oms.privacy.test_erasure import reports
from tests.people import Mailbox
from tests.privacy.canaries import find, folder, person, postgres, valkey

MONTH = timedelta(days=30)


def in_a_month() -> date:
    """The day at the shop, a month from now."""
    return calendar.current().day_of(clock.now() + MONTH)


def announced() -> None:
    with transaction() as session:
        actions.announce(session, in_a_month(), by=SYSTEM)


def rows(statement: str) -> list[tuple[Any, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def test_everybody_goes_and_the_books_stay(small: Shop, settings: Settings) -> None:
    ada = person()
    strings = ada.strings
    delivery = replace(make.ADA, name=strings["name"], street=strings["line_1"])
    delivered({small.clock: 1}, contact=OrderContact(strings["email"]), delivery=delivery)
    delivered({small.pencil: 2}, contact=GRACE)
    delivered({small.pencil: 1}, contact=GRACE)
    Mailbox().open_account("ada@shop.test")
    before = reports()
    announced()
    with clock.held_at(clock.now() + MONTH):
        done = actions.shred("let go of everybody", by=SYSTEM)
    assert done.certificate is not None
    assert done.certificate["units"] == {"account": 1, "challenge": 1, "order": 3}
    assert [stay[0] for stay in done.certificate["stays"]] == [
        "The counterfoil: goods, amounts, tax, country"
    ]
    assert reports() == before
    left = rows("SELECT DISTINCT kind FROM personal.sealed")
    assert left in ([], [("certificate.mailbox",)])
    assert rows("SELECT * FROM buyers") == []
    assert rows("SELECT count(*) FROM orders WHERE buyer_id IS NOT NULL OR forgotten_at IS NULL") == [(0,)]
    shops = (postgres(settings.database_url), postgres(settings.keyring_url))
    places = (folder(settings.state_dir, exclude=["mail/*"]), valkey(settings.redis_url))
    assert find([ada], *shops, *places) == []
    with clock.held_at(clock.now() + MONTH):
        assert actions.shred("let go of everybody", by=SYSTEM).certificate == done.certificate


@pytest.mark.parametrize("typed", ["", "yes", "Let go of everybody"])
def test_nobody_goes_without_the_words(small: Shop, typed: str) -> None:
    delivered({small.clock: 1})
    announced()
    with clock.held_at(clock.now() + MONTH), pytest.raises(BadInputError, match="Type exactly"):
        actions.shred(typed, by=SYSTEM)
    assert len(queries.left()) == 2


def test_nobody_goes_unannounced_before_the_day_or_while_an_order_is_under_way(small: Shop) -> None:
    delivered({small.clock: 1})
    with pytest.raises(ConflictError, match="Announce it first"):
        actions.shred("let go of everybody", by=SYSTEM)
    with pytest.raises(BadInputError, match="The earliest day"), transaction() as session:
        actions.announce(session, in_a_month() - timedelta(days=1), by=SYSTEM)
    announced()
    with pytest.raises(ConflictError, match="Not before"):
        actions.shred("let go of everybody", by=SYSTEM)
    waiting = paid({small.clock: 1})
    with clock.held_at(clock.now() + MONTH), pytest.raises(ConflictError, match=waiting.number):
        actions.shred("let go of everybody", by=SYSTEM)
    assert len(queries.left()) == 4


@pytest.mark.parametrize(
    ("zone", "before"),
    [("America/Los_Angeles", "2027-01-10T07:59:59"), ("Europe/Amsterdam", "2027-01-09T22:59:59")],
)
def test_nobody_goes_before_the_announced_day_has_come_to_the_shop(
    small: Shop, settings: Settings, zone: str, before: str
) -> None:
    last = datetime.fromisoformat(f"{before}+00:00")
    calendar.configure(replace(settings, shop_time_zone=zone))
    try:
        with clock.held_at(datetime(2026, 12, 1, 12, tzinfo=UTC)):
            delivered({small.clock: 1})
            with transaction() as session:
                actions.announce(session, date(2027, 1, 10), by=SYSTEM)
        with clock.held_at(last), pytest.raises(ConflictError, match="Not before 2027-01-10"):
            actions.shred("let go of everybody", by=SYSTEM)
        with clock.held_at(last + timedelta(seconds=1)):
            assert actions.shred("let go of everybody", by=SYSTEM).certificate is not None
    finally:
        calendar.configure(settings)


def test_from_the_announcement_on_nobody_new_is_taken_in_until_it_is_called_off(small: Shop) -> None:
    announced()
    with reading() as session, pytest.raises(ConflictError, match="takes no orders"):
        queries.require_selling(session)
    with transaction() as session:
        actions.call_off(session, by=SYSTEM)
    with reading() as session:
        queries.require_selling(session)


def test_every_page_says_that_the_shop_closes_and_where_the_copy_is(small: Shop, settings: Settings) -> None:
    quiet = create_store(settings).test_client()
    pages = ("/", "/search?q=clock", "/cart", "/privacy")
    assert not any("This shop closes" in quiet.get(page).text for page in pages)
    announced()
    day = f"{in_a_month():%-d %B %Y}"
    store = create_store(settings).test_client()
    for page in pages:
        assert f"On {day} it lets go of all" in store.get(page).text, page
        assert 'href="/your-data/">See, copy or delete your data' in store.get(page).text, page
    assert "Dieser Laden schließt" in store.get("/eu-de/").text


def test_each_person_is_written_to_once_and_told_where_the_copy_is(small: Shop, sink: Path) -> None:
    delivered({small.pencil: 1})
    delivered({small.pencil: 2})
    delivered({small.pencil: 1}, contact=GRACE)
    announced()
    jobs.drain()
    told = [path.read_text() for path in sink.glob("*.eml") if "Our shop closes" in path.read_text()]
    assert len(told) == 2
    assert all("/your-data/" in mail for mail in told)


def test_the_rehearsal_says_what_would_go_and_changes_nothing(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    delivered({small.clock: 1})
    waiting = paid({small.pencil: 1}, contact=GRACE)
    runner = create_store(settings).test_cli_runner()
    done = runner.invoke(command, ["close", "dry-run", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output.splitlines()[-1])
    assert (told["people"], told["keys"]) == (2, {"order.contact": 2, "order.delivery": 2})
    assert told["blockers"] == [waiting.number]
    refused = runner.invoke(command, ["close", "shred", "--confirm", "let go of everybody"])
    assert refused.exit_code == 1
    assert "Announce it first" in refused.output
    assert len(queries.left()) == 4
