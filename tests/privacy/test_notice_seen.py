"""What changed since you last saw it: from the version of one's last order or account to the one in force.

Row 002-42 of the promises (C2: use is noted as shown, never as consent), and 000-02: the version is kept with
account and order.
"""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from oms.buyers.models import Buyer
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders.models import Order
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import actions, queries
from tests.forgetting import GRACE, delivered, proven
from tests.make import Shop
from tests.people import Mailbox, Visitor, words
from tests.privacy.test_notice_versions import keep, kept, with_birthday, without_phone

ADA = "ada@shop.test"
ONE = "One thing in our privacy notice has changed since you last saw it. See what changed"
PAGE = "/your-data/notice"


def ordered(small: Shop, shown: NoticeVersion, *, days: int = 0, **changed: object) -> Order:
    """An order that was placed some days from now, and keeps the version that was shown."""
    order = delivered({small.pencil: 1}, notice_version=shown.version, **changed)
    with transaction(Role.MIGRATE) as session:
        at = {"at": clock.now() + timedelta(days=days), "id": order.id}
        session.execute(text("UPDATE orders SET created_at = :at WHERE id = :id"), at)
    return order


def signed_up(store: FlaskClient, email: str = ADA) -> Visitor:
    """Somebody who has just opened an account at the shop."""
    shopper = Visitor(store)
    shopper.send("/account/sign-in", email=email)
    assert shopper.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    return shopper


def published(**parts: str) -> NoticeVersion:
    with transaction() as session:
        return actions.publish(session, {"en": parts}, is_material=False, by=SYSTEM)


def shown() -> str:
    with reading() as session:
        return queries.version(session)


def rows() -> list[tuple[str, int]]:
    """How many rows every table has that a look could fill, and what orders and accounts remember."""
    tables = ("audit_entries", "notice_versions", "outbox_messages", "orders", "buyers", "order_events")
    with reading(Role.MIGRATE) as session:
        counts = [(t, session.scalar(text(f"SELECT count(*) FROM {t}")) or 0) for t in tables]
        kept_by = text("SELECT md5(string_agg(number || notice_version, ',' ORDER BY id)) FROM orders")
        return [*counts, (str(session.scalar(kept_by)), 0)]


def test_a_guest_is_shown_what_changed_since_the_order_and_nothing_is_written(
    small: Shop, store: FlaskClient, measured: Callable[..., None]
) -> None:
    first = kept(with_birthday())
    order = ordered(small, first)
    now = keep()
    assert now.since <= clock.now()
    guest = proven(store, ADA)
    assert ONE in words(guest.get("/your-data/"))
    before = rows()
    told = guest.get(PAGE)
    page = words(told)
    day = f"{clock.now():%-d %B %Y}"
    assert f"It was last shown to you on {day}, with order {order.number}. That is no consent." in page
    assert "before it: Version 1, in force since" in page
    is_told = "Version 2, in force since" in page and page.count("no longer") == 1
    measured("B34", "what changed since the last order: 1 of 1 told", passed=is_told)
    assert rows() == before
    assert told.headers["Cache-Control"] == "no-store"


def test_nothing_is_said_where_nothing_changed(small: Shop, store: FlaskClient) -> None:
    ordered(small, keep())
    guest = proven(store, ADA)
    assert "has changed since" not in words(guest.get("/your-data/"))
    assert "Nothing has changed since." in words(guest.get(PAGE))


def test_what_is_only_announced_has_not_changed_yet(small: Shop, store: FlaskClient) -> None:
    ordered(small, kept(without_phone()))
    new = keep()
    guest = proven(store, ADA)
    assert "has changed since" not in words(guest.get("/your-data/"))
    with clock.held_at(new.since + timedelta(minutes=1)):
        with reading() as session:
            found = queries.last_seen(session, ["order:none", "account:x"])
        assert found is None
        guest = proven(store, ADA)
        assert ONE in words(guest.get("/your-data/"))
        assert "Phone (When you order) announced ahead not told" in words(guest.get(PAGE))


def test_the_merchants_own_words_are_compared_too(small: Shop, store: FlaskClient) -> None:
    ordered(small, keep())
    published(law="Dutch law.")
    guest = proven(store, ADA)
    assert ONE in words(guest.get("/your-data/"))
    assert "Our own words not told Dutch law." in words(guest.get(PAGE))


def test_an_account_keeps_the_version_that_was_in_force_when_it_was_opened(
    small: Shop, store: FlaskClient
) -> None:
    first = keep()
    shopper = signed_up(store)
    with reading() as session:
        assert [row.notice_version for row in session.query(Buyer)] == [first.version]
    assert "has changed since" not in words(shopper.get("/your-data/"))
    published(law="Dutch law.")
    signed_up(Visitor(store.application.test_client()).client)
    with reading() as session:
        assert [row.notice_version for row in session.query(Buyer)] == [first.version]
    assert ONE in words(shopper.get("/your-data/"))
    assert "when you opened your account." in words(shopper.get(PAGE))


def test_the_last_of_orders_and_account_counts_and_nobody_elses(small: Shop, store: FlaskClient) -> None:
    first = keep()
    shopper = signed_up(store)
    ordered(small, first, days=-2)
    second = published(law="Dutch law.")
    ordered(small, second, days=1, contact=GRACE)
    assert ONE in words(shopper.get("/your-data/"))
    ordered(small, second, days=1)
    assert "has changed since" not in words(shopper.get("/your-data/"))


def test_words_that_came_back_are_no_change_and_an_unknown_version_is_passed_over(
    small: Shop, store: FlaskClient
) -> None:
    first = keep()
    known = ordered(small, first, days=-1)
    published(law="Dutch law.")
    with transaction() as session:
        again = actions.publish(session, {}, is_material=False, by=SYSTEM)
    assert (again.version, again.id) == (first.version, first.id + 2)
    delivered({small.pencil: 1}, notice_version="never kept")
    guest = proven(store, ADA)
    assert "has changed since" not in words(guest.get("/your-data/"))
    assert f"with order {known.number}." in words(guest.get(PAGE))


def test_nobody_is_asked_for_a_proof_and_whoever_left_nothing_is_told_so(
    small: Shop, store: FlaskClient
) -> None:
    keep()
    page = Visitor(store).get("/privacy")
    assert f'href="{PAGE}"' in page.text
    assert "Set-Cookie" not in page.headers
    assert Visitor(store).get(PAGE).headers["Location"] == f"/account/prove?next={PAGE}"
    stranger = words(proven(store, "nobody@shop.test", PAGE).get(PAGE))
    assert "We do not know which version you saw." in stranger
    assert "count no visits." in stranger
    assert "Nothing has changed" not in stranger


def test_a_planted_change_that_the_page_kept_silent_about_is_seen() -> None:
    told = queries.content()
    silent = {**told, "fields": [{**told["fields"][0], "why": "Other words."}, *told["fields"][1:]]}
    assert [one.name for one in queries.differences(told, silent)] == [told["fields"][0]["name"]]


def test_the_notice_can_be_read_before_a_mailbox_is_typed(store: FlaskClient) -> None:
    for path in ("/account/sign-in", "/account/password-sign-in", "/account/prove"):
        assert '<a href="/privacy">What we do with your data</a>' in Visitor(store).get(path).text
    assert '<a href="/eu-de/privacy">' in Visitor(store).get("/eu-de/account/sign-in").text
    assert shown()
