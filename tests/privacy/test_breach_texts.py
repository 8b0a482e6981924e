"""A breach where no mail arrives: one text for each number, else the page; each with its evidence (B32)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import clock, jobs
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.egress import Disclosure
from oms.notifications.inbox import queries as inbox
from oms.notifications.texting.models import TextSend
from oms.notifications.texting.states import TextState
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.breaches import actions
from oms.privacy.breaches.models import Breach, BreachUnit
from oms.privacy.breaches.queries import Extent
from oms.privacy.breaches.states import PARTS, BreachState, Leak, Reach
from storefront.app import create_store
from tests import make
from tests.fakes import Party
from tests.forgetting import delivered
from tests.make import Shop
from tests.oms.notifications.test_mail_server import Server, old_server
from tests.oms.notifications.test_texts import ring, sent, told
from tests.privacy.test_stop import inbound

__all__ = ["old_server"]

KIM = Actor(ActorKind.STAFF, "7", roles=frozenset({"privacy"}))
NOBODY = "the server refused the mailbox"


@pytest.fixture
def store(store: FlaskClient, with_texts: Settings) -> FlaskClient:
    # The plain one has let go of what earlier tests were counted for.
    return create_store(with_texts).test_client()


def buys(small: Shop, mailbox: str, phone: str) -> Order:
    return delivered(
        {small.pencil: 1}, delivery=replace(make.ADA, phone=phone), contact=OrderContact(mailbox)
    )


def leak() -> Breach:
    """A breach of every order, whose notice is on its way to everybody."""
    now = clock.now()
    with transaction() as session:
        extent = Extent(Leak.TABLE, "orders", now - timedelta(days=1), now)
        found = actions.open_breach(session, extent, by=KIM)
        actions.write_notice(session, found, dict.fromkeys(PARTS, "Words."), by=KIM)
        actions.send(session, found, by=KIM)
    jobs.drain()
    return found


def reached(breach: Breach) -> dict[str, tuple[Reach, str]]:
    with reading() as session:
        rows = session.scalars(select(BreachUnit).where(BreachUnit.breach_id == breach.id))
        return {row.unit: (row.reach, row.evidence) for row in rows}


def test_mail_then_a_text_then_the_page_each_with_its_evidence(
    small: Shop, store: FlaskClient, texts: Party, old_server: Server, measured: Callable[..., None]
) -> None:
    # The server takes no letters beyond ASCII before the @: mail to those with an ö is refused for good.
    by_mail = buys(small, "ada@shop.test", "+31611111111")
    twice = [buys(small, f"jö{i}@shop.test", "+31622222222") for i in range(2)]
    late = buys(small, "zoë@shop.test", "+31633333333")
    dead = buys(small, "bö@shop.test", "+31600000000")
    stopped = buys(small, "mö@shop.test", "+31655555555")
    without = buys(small, "nö@shop.test", "")
    assert ring(store, inbound("STOP", "evt_stop", "+31655555555"))[0] == 200
    breach = leak()
    found, name = reached(breach), f"text breach {breach.number}.{min(order.unit for order in twice)}"
    assert [found[order.unit] for order in twice] == [(Reach.TEXTED, f"{NOBODY}; {name}")] * 2
    assert found[by_mail.unit][0] is Reach.MAILED
    assert found[late.unit][0] is Reach.TEXTED
    assert [found[o.unit] for o in (dead, stopped, without)] == [(Reach.ON_PAGE, NOBODY)] * 3
    went = [(one["phone"], one["text"]) for one in texts.get("ledger")]
    assert sorted(phone for phone, _words in went) == ["+31622222222", "+31633333333"]
    words = "others may have seen your data. What happened and what you can do: http://localhost/your-data/"
    assert {words for _phone, words in went} == {f"Counterfoil: {words}"}
    with reading() as session:
        assert session.get_one(Breach, breach.id).state is BreachState.TOLD
        given = session.scalars(select(Disclosure).where(Disclosure.recipient == "text service")).all()
        shown = {order.number: inbox.unread(session, [order.unit], "breach") for order in (dead, late)}
    assert {(one.purpose, tuple(one.fields)) for one in given} == {("your rights", ("order.delivery.phone",))}
    assert shown == {dead.number: 1, late.number: 1}
    keys = {one["phone"]: one["key"] for one in texts.get("ledger")}
    ring(store, told("message.delivered", {"key": keys["+31622222222"]}, "evt_1"))
    ring(store, told("message.failed", {"key": keys["+31633333333"]}, "evt_2"))
    jobs.drain()
    found = reached(breach)
    assert [found[order.unit] for order in twice] == [(Reach.TEXTED, f"{NOBODY}; {name} arrived")] * 2
    gone = f"{NOBODY}; text breach {breach.number}.{late.unit} did not arrive"
    assert found[late.unit] == (Reach.ON_PAGE, gone)
    by_reach = {reach: [one for one, _why in found.values()].count(reach) for reach in Reach}
    expected = {Reach.MAILED: 1, Reach.TEXTED: 2, Reach.ON_PAGE: 4, Reach.WAITING: 0, Reach.SEEN: 0}
    figure = "1 by mail, 2 by one text that arrived, 4 on the page: dead, STOP, no number, failed later"
    measured("B32", figure, passed=by_reach == expected)


def test_a_report_that_is_faster_than_our_note_is_not_lost(
    small: Shop, store: FlaskClient, texts: Party, old_server: Server
) -> None:
    order = buys(small, "bö@shop.test", "+31622222222")
    texts.fault("lose_response")
    breach = leak()
    assert reached(breach)[order.unit][0] is Reach.WAITING
    [known] = texts.get("ledger")
    ring(store, told("message.failed", {"key": known["key"]}, "evt_1"))
    jobs.drain()
    with reading() as session:
        assert session.scalars(select(TextSend.state)).one() is TextState.FAILED
    with transaction() as session:
        make.due_now(session)
    jobs.drain()
    assert reached(breach)[order.unit] == (Reach.ON_PAGE, NOBODY)
    assert len(sent(texts)) == 1


def test_without_a_text_service_the_page_stands_in(small: Shop, old_server: Server) -> None:
    order = buys(small, "bö@shop.test", "+31622222222")
    assert reached(leak())[order.unit] == (Reach.ON_PAGE, NOBODY)
