"""What the shop wrote lies in its reader's inbox too, mailed or not, and goes with its order (002-16)."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import KINDS, Job, Purpose
from oms.kernel.vault import PurposeRefusedError
from oms.notifications.inbox import queries
from oms.notifications.inbox.models import InboxLetter
from oms.notifications.inbox.personal import OrderLetter
from oms.notifications.inbox.states import BEGINNING, KEPT, NEVER
from oms.notifications.states import NEEDED, OPTIONAL
from oms.orders import actions as ordering
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.privacy.retention import actions as retention
from tests import make
from tests.forgetting import GRACE, copy, paid, proven
from tests.make import Shop
from tests.people import Visitor, words

ROOT = Path(__file__).parents[2]
INBOX = "/your-data/messages"


def arrived(order: Order) -> Order:
    """Let an order arrive, and let the worker write what is to be written."""
    jobs.drain()
    with transaction() as session:
        ordering.note_delivery(session, order.id)
    jobs.drain()
    return order


def rows() -> list[tuple[str, str]]:
    with reading() as session:
        found = session.scalars(select(InboxLetter).order_by(InboxLetter.id))
        return [(row.unit, row.topic) for row in found]


def again() -> None:
    """Let the worker hear once more what it heard, as after a crash."""
    with transaction(Role.MIGRATE) as session:
        for handler in ("notifications.confirm_order", "notifications.tell_delivered"):
            make.deliver_again(session, handler)
    jobs.drain()


def mark_read(visitor: Visitor, number: str) -> TestResponse:
    return visitor.send("/your-data/messages/read", page=INBOX, letter=number)


def test_what_was_mailed_is_read_on_the_pages_too_and_marked_as_read(
    small: Shop, sink: Path, store: FlaskClient
) -> None:
    order = arrived(paid({small.clock: 1}))
    visitor = proven(store, "ada@shop.test")
    page = visitor.get(INBOX)
    assert "2 new messages" in words(page)
    assert f"Your order {order.number} has arrived" in words(page)
    assert words(page).count("Sent by mail on") == 2
    assert f'href="/orders/{order.number}"' in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert "2 new messages" in words(visitor.get("/your-data/"))
    assert "2 new messages" in words(visitor.get(f"/orders/{order.number}"))
    newest, oldest = re.findall(r'name="letter" value="(\d+)"', page.text)
    assert mark_read(visitor, newest).headers["Location"] == INBOX
    assert "1 new message" in words(visitor.get(INBOX))
    mark_read(visitor, oldest)
    assert "Nothing new." in words(visitor.get(INBOX))
    assert "new message" not in words(visitor.get("/your-data/"))


def test_looking_marks_nothing_as_read_and_kept_pages_say_nothing(
    small: Shop, sink: Path, store: FlaskClient
) -> None:
    arrived(paid({small.clock: 1}))
    visitor = proven(store, "ada@shop.test")
    for _ in range(2):
        assert "2 new messages" in words(visitor.get(INBOX))
    assert "new message" not in visitor.get("/").text
    stranger = store.application.test_client().get(INBOX)
    assert stranger.headers["Location"] == f"/account/prove?next={INBOX}"


def test_nobody_reads_or_marks_what_is_anothers(small: Shop, sink: Path, store: FlaskClient) -> None:
    arrived(paid({small.clock: 1}))
    arrived(paid({small.pencil: 1}, contact=GRACE))
    ada, grace = (proven(store.application.test_client(), f"{name}@shop.test") for name in ("ada", "grace"))
    theirs = re.findall(r'name="letter" value="(\d+)"', grace.get(INBOX).text)
    assert len(theirs) == 2
    for number in (*theirs, "0", "999999"):
        assert mark_read(ada, number).status_code == 404
    assert "2 new messages" in words(grace.get(INBOX))
    assert "retro" not in words(grace.get(INBOX)).lower()


@pytest.mark.usefixtures("refusing")
def test_a_letter_to_a_dead_mailbox_is_there_all_the_same(small: Shop, store: FlaskClient) -> None:
    order = arrived(paid({small.clock: 1}))
    page = words(proven(store, "ada@shop.test").get(INBOX))
    assert f"Your order {order.number} has arrived" in page
    assert page.count("No mail has gone out. You can read it here all the same.") == 2


def test_a_fact_that_is_told_again_lies_there_once(small: Shop, sink: Path) -> None:
    order = arrived(paid({small.clock: 1}))
    again()
    assert rows() == [(order.unit, "confirmation"), (order.unit, "delivered")]


@pytest.mark.parametrize("channel", ["mail", "inbox"])
def test_a_no_on_one_channel_leaves_the_other(
    small: Shop, sink: Path, store: FlaskClient, channel: str
) -> None:
    is_mailed, is_kept = channel == "inbox", channel == "mail"
    order = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    answer = {"purpose": "news", "channel": channel, "choice": "withdrawn"}
    visitor.send("/your-data/wishes", page="/your-data/", **answer)
    arrived(order)
    mailed = [path.read_text() for path in sink.glob("*.eml")]
    assert any("has arrived" in mail for mail in mailed) is is_mailed
    assert ((order.unit, "delivered") in rows()) is is_kept
    assert (order.unit, "confirmation") in rows()
    assert ("Not sent by mail, as you asked." in words(visitor.get(INBOX))) is is_kept


def test_a_letter_goes_on_the_day_of_its_order_and_is_in_the_copy(
    small: Shop, sink: Path, store: FlaskClient
) -> None:
    order = arrived(paid({small.clock: 1}))
    with reading() as session:
        end = orders.get(session, order.id).returns_end_at
    assert end is not None
    assert vault.ends(order.unit)["order.letter"] == end
    visitor = proven(store, "ada@shop.test")
    told = [record for record in copy(visitor)["records"] if record["kind"] == "order.letter"]
    assert len(told) == 2
    assert {record["ends_at"] for record in told} == {end.isoformat()}
    assert "Among your messages." in words(visitor.get("/your-data/"))
    retention.let_go(end - timedelta(seconds=1))
    assert len(rows()) == 2
    retention.let_go(end)
    assert rows() == []
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM personal.sealed WHERE kind = 'order.letter'")) == 0


def test_a_letter_goes_with_its_person_and_nothing_is_kept_afterwards(
    small: Shop, sink: Path, store: FlaskClient
) -> None:
    gone, kept = arrived(paid({small.clock: 1})), arrived(paid({small.pencil: 1}, contact=GRACE))
    proven(store, "ada@shop.test").send("/your-data/delete")
    jobs.drain()
    assert {unit for unit, _topic in rows()} == {kept.unit}
    again()
    assert gone.unit not in {unit for unit, _topic in rows()}
    assert vault.ends(gone.unit) == {}


def test_what_ends_before_it_is_written_is_not_kept(small: Shop, sink: Path) -> None:
    order = arrived(paid({small.clock: 1}))
    with transaction() as session:
        late = orders.get(session, order.id)
        late.returns_end_at = clock.now() - timedelta(days=1)
        session.execute(text("DELETE FROM inbox_letters"))
    again()
    assert rows() == []


def test_the_shop_itself_and_its_staff_read_no_inbox(small: Shop, sink: Path) -> None:
    order = arrived(paid({small.clock: 1}))
    kim = Actor(ActorKind.STAFF, "7", roles=frozenset({"owner", "privacy", "service"}))
    for by in (SYSTEM, SYSTEM.doing(Job.LETTERS), kim):
        with pytest.raises(PurposeRefusedError), transaction() as session:
            queries.letters(session, [order.unit], by=by)


def test_a_long_letter_is_kept_short_and_every_kind_of_letter_is_decided(small: Shop, sink: Path) -> None:
    topics = {folder.name for folder in (ROOT / "templates/mail").iterdir() if folder.is_dir()}
    assert KEPT | NEVER == NEEDED | OPTIONAL
    assert KEPT.isdisjoint(NEVER)
    assert topics <= KEPT | NEVER
    order = arrived(paid({small.clock: 1}))
    with reading() as session:
        opened = vault.open_each(session, OrderLetter, order.unit, purpose=Purpose.RIGHTS, by=make.GUEST)
    assert opened
    assert all(len(letter.words) <= BEGINNING + 2 for letter in opened.values())
    assert not [one for one in opened.values() if "There is no advertising" in one.words]


def test_a_letter_is_kept_as_long_as_the_mailbox_of_its_order() -> None:
    assert KINDS["order.letter"].retention == KINDS["order.contact"].retention
