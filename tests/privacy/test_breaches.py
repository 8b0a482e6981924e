"""The breach desk: exactly who is affected, five parts or nothing, mail or the page, two clocks."""

import email
from collections.abc import Callable
from datetime import datetime, timedelta
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import clock, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.notifications.breaches import handlers as mails
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.asking import actions as asking
from oms.privacy.asking.actions import Asked
from oms.privacy.breaches import actions, queries
from oms.privacy.breaches.models import Breach, BreachUnit
from oms.privacy.breaches.queries import Extent
from oms.privacy.breaches.states import GAP, PARTS, REPORT, BreachState, Leak, Reach
from oms.privacy.states import RequestKind, Source
from oms.staff.states import StaffRole
from tests.forgetting import GRACE, delivered, proven
from tests.make import Shop
from tests.people import Office, seated, words

KIM = Actor(ActorKind.STAFF, "7", roles=frozenset({"service"}))


def found(leak: Leak, named: str = "", until: datetime | None = None) -> set[str]:
    now = clock.now()
    with reading() as session:
        extent = Extent(leak, named, now - timedelta(days=1), until or now)
        return set(queries.affected(session, extent))


def test_exactly_those_are_found_whom_a_leak_affects(small: Shop, measured: Callable[..., None]) -> None:
    old: list[Order] = [delivered({small.pencil: 1}) for _ in range(4)]
    made_at = clock.now()
    new = [delivered({small.pencil: 1}) for _ in range(2)]
    with transaction() as session:
        for order in old[:3]:
            vault.open_many(session, (OrderContact,), order.unit, purpose=Purpose.AFTER_SALES, by=KIM)
    everybody, before = {o.unit for o in [*old, *new]}, {o.unit for o in old}
    cases = [
        (Leak.TABLE, "orders", None, everybody),
        (Leak.TABLE, "sealed", None, everybody),
        (Leak.TABLE, "payments", None, everybody),
        (Leak.BACKUP, "", made_at, before),
        (Leak.WINDOW, "", None, everybody),
        (Leak.SESSION, "7", None, {o.unit for o in old[:3]}),
        (Leak.SESSION, "8", None, set()),
    ]
    missing = extra = 0
    for leak, named, until, expected in cases:
        told = found(leak, named, until)
        missing, extra = missing + len(expected - told), extra + len(told - expected)
    vault.destroy_unit(old[0].unit)
    assert old[0].unit not in found(Leak.TABLE, "orders")
    with pytest.raises(BadInputError):
        found(Leak.TABLE, "products")
    measured("B32", f"{missing} missing, {extra} extra in {len(cases)} leaks", passed=not missing + extra)


def opened(until: datetime | None = None, leak: Leak = Leak.TABLE) -> Breach:
    now = clock.now()
    with transaction() as session:
        extent = Extent(leak, "orders", now - timedelta(days=1), until or now)
        return actions.open_breach(session, extent, by=KIM)


def again(breach: Breach) -> Breach:
    with reading() as session:
        return session.get_one(Breach, breach.id)


def test_nothing_goes_with_an_empty_part(small: Shop) -> None:
    delivered({small.pencil: 1})
    breach = opened()
    for empty in PARTS:
        with transaction() as session:
            parts = {part: "" if part == empty else "Words." for part in PARTS}
            actions.write_notice(session, session.get_one(Breach, breach.id), parts, by=KIM)
        with pytest.raises(BadInputError), transaction() as session:
            actions.send(session, session.get_one(Breach, breach.id), by=KIM)
        assert again(breach).state is BreachState.OPEN
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.WAITING: 1}


def test_each_is_told_by_mail_or_on_the_page_with_evidence(small: Shop) -> None:
    first, second = delivered({small.pencil: 1}), delivered({small.pencil: 1})
    breach = opened()
    with transaction() as session:
        row = session.get_one(Breach, breach.id)
        actions.write_notice(session, row, dict.fromkeys(PARTS, "Words."), by=KIM)
        actions.send(session, row, by=KIM)
        actions.note_reach(session, breach.id, first.unit, Reach.MAILED, "mail breach 1")
        actions.note_reach(session, breach.id, second.unit, Reach.ON_PAGE, "the server refused the mailbox")
    assert again(breach).state is BreachState.TOLD
    with transaction() as session:
        actions.note_seen(session, [first.unit, second.unit])
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.MAILED: 1, Reach.SEEN: 1}


def told(breach: Breach) -> list[str]:
    """Send a notice and do what the worker does of each message; return the evidence of every unit."""
    with transaction() as session:
        row = session.get_one(Breach, breach.id)
        actions.write_notice(session, row, dict.fromkeys(PARTS, "Words."), by=KIM)
        actions.send(session, row, by=KIM)
        units = list(session.scalars(select(BreachUnit.unit).where(BreachUnit.breach_id == breach.id)))
    for _ in range(2):  # a message may come twice
        for number, unit in enumerate(units):
            mails.tell(Message(number, "breach.tell", {"breach": breach.id, "unit": unit}))
    with reading() as session:
        return sorted(session.scalars(select(BreachUnit.evidence).where(BreachUnit.breach_id == breach.id)))


def test_whoever_has_several_orders_gets_one_mail(
    small: Shop, sink: Path, measured: Callable[..., None]
) -> None:
    ada = [delivered({small.pencil: 1}) for _ in range(3)]
    delivered({small.pencil: 1}, contact=GRACE)
    breach = opened()
    evidence = told(breach)
    first = min(order.unit for order in ada)
    assert evidence.count("the one mail to this mailbox") == 2
    assert sum(one.startswith("mail breach ") for one in evidence) == 2
    letters = [email.message_from_bytes(path.read_bytes(), policy=default) for path in sink.glob("*.eml")]
    to = sorted(str(letter["To"]) for letter in letters)
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.MAILED: 4}
        assert queries.first_of(session, breach.id, [order.unit for order in ada]) == first
    assert again(breach).state is BreachState.TOLD
    is_one_each = to == ["ada@shop.test", "grace@shop.test"]
    measured("B32", f"4 orders of 2 people: {len(to)} mails", passed=is_one_each)


@pytest.mark.usefixtures("refusing")
def test_the_order_page_leads_to_the_notice_and_reading_it_is_evidence(
    small: Shop, store: FlaskClient
) -> None:
    order = delivered({small.pencil: 1})
    visitor = proven(store, "ada@shop.test")
    assert "Others may have seen your data" not in words(visitor.get(f"/orders/{order.number}"))
    breach = opened()
    assert "Others may have seen your data" not in words(visitor.get(f"/orders/{order.number}"))
    assert told(breach) == ["the server refused the mailbox"]
    assert "Others may have seen your data" in words(visitor.get(f"/orders/{order.number}"))
    assert "Others may have seen your data" in words(visitor.get("/your-data/"))
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.ON_PAGE: 1}
    shown = words(visitor.get("/your-data/messages"))
    assert shown.count("Words.") == len(PARTS)
    assert "No mail has gone out. You can read it here all the same." in shown
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.SEEN: 1}


@pytest.mark.usefixtures("refusing")
def test_who_has_no_inbox_reads_the_notice_too_before_it_counts_as_seen(
    small: Shop, store: FlaskClient
) -> None:
    wish, keys = Asked("grace@shop.test", RequestKind.OTHER, Source.HAND), asking.prepare()
    with transaction() as session:
        asking.receive(session, wish, keys, by=KIM)
    visitor = proven(store, "grace@shop.test")
    assert "Others may have seen your data" not in words(visitor.get("/your-data/"))
    breach = opened(leak=Leak.WINDOW)
    assert told(breach) == ["the server refused the mailbox"]
    assert "Others may have seen your data" in words(visitor.get("/your-data/"))
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.ON_PAGE: 1}
    for _ in range(2):
        shown = words(visitor.get("/your-data/messages"))
        assert shown.count("Words.") == len(PARTS)
        assert "What you asked us" in shown
    with reading() as session:
        assert queries.counts(session, breach.id) == {Reach.SEEN: 1}
    assert "Others may have seen your data" not in words(visitor.get("/your-data/"))


def reported(breach: Breach) -> None:
    with transaction() as session:
        words = dict.fromkeys(REPORT, "Words.")
        actions.write_report(session, session.get_one(Breach, breach.id), words, by=KIM)


def test_each_part_is_drafted_and_a_gap_in_one_keeps_all_from_going(small: Shop) -> None:
    delivered({small.pencil: 1})
    breach = opened()
    assert set(breach.parts) == set(PARTS)
    assert set(breach.report) == set(REPORT)
    assert not [part for part, said in (breach.parts | breach.report).items() if len(said) < 30]
    assert "It concerns your address, contact." in breach.parts["possible_impact"]
    assert breach.missing() == ["possible_impact", "what_we_do"]
    whole = {part: said.replace(GAP, "Nobody did.") for part, said in breach.parts.items()}
    for left in breach.missing():
        with transaction() as session:
            kept = session.get_one(Breach, breach.id)
            actions.write_notice(session, kept, {**whole, left: breach.parts[left]}, by=KIM)
        with pytest.raises(BadInputError), transaction() as session:
            actions.send(session, session.get_one(Breach, breach.id), by=KIM)
    with transaction() as session:
        kept = session.get_one(Breach, breach.id)
        actions.write_notice(session, kept, whole, by=KIM)
        actions.send(session, kept, by=KIM)
    assert again(breach).state is not BreachState.OPEN


def test_the_report_counts_and_is_told_only_whole(small: Shop) -> None:
    orders = [delivered({small.pencil: 1}) for _ in range(3)]
    vault.destroy_unit(orders[0].unit)
    breach = opened()
    assert breach.unreported() == ["contact", "consequences", "measures"]
    for told in ("At most 2 people", "2 of order", "2 of order.contact", "2 of order.delivery", "address"):
        assert told in breach.report["concerned"]
    for empty in REPORT:
        with transaction() as session:
            report = {part: "" if part == empty else "Words." for part in REPORT}
            actions.write_report(session, session.get_one(Breach, breach.id), report, by=KIM)
        with pytest.raises(BadInputError), transaction() as session:
            actions.note_told(session, session.get_one(Breach, breach.id), "authority", by=KIM)
        assert again(breach).authority_told_at is None
    reported(breach)
    with transaction() as session:
        actions.note_told(session, session.get_one(Breach, breach.id), "authority", by=KIM)
    with pytest.raises(IllegalMoveError), transaction() as session:
        actions.write_report(session, session.get_one(Breach, breach.id), {}, by=KIM)


def test_the_clocks_of_72_and_24_hours_press_until_each_was_told(small: Shop) -> None:
    breach = opened()
    reported(breach)
    with reading() as session:
        assert [whom for _b, whom in queries.late(session, clock.now() + timedelta(hours=1))] == ["platform"]
        late = queries.late(session, clock.now() + timedelta(hours=49))
    assert [whom for _b, whom in late] == ["authority", "platform"]
    with transaction() as session:
        for whom in ("authority", "platform"):
            actions.note_told(session, session.get_one(Breach, breach.id), whom, by=KIM)
    with reading() as session:
        assert queries.late(session, clock.now() + timedelta(hours=72)) == []


def test_the_mail_has_the_five_parts_and_nothing_personal(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    breach = opened()
    breach.parts = {part: f"About {part}." for part in PARTS}
    with reading() as session:
        letter = mails._letter(session, breach, order.unit)
    assert letter is not None
    for part in PARTS:
        assert f"About {part}." in letter.written.text
    assert "Ada Lind" not in letter.written.text


def test_the_desk_opens_writes_and_sends_a_breach(small: Shop, desk: FlaskClient) -> None:
    order = delivered({small.pencil: 1})
    officer = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    now = clock.now()
    fields = {"leak": "table", "named": "orders", "since": f"{now:%Y-%m-%dT00:00}"}
    until = f"{now + timedelta(days=1):%Y-%m-%dT00:00}"
    answer = officer.send("/privacy/breaches", **fields, until=until)
    assert answer.status_code == 303
    path = answer.headers["Location"].partition("/oms")[2] or answer.headers["Location"]
    assert "Missing: What it can mean for people, What we did and will do." in words(officer.get(path))
    assert officer.send(f"{path}/send", page=path).status_code == 422
    for where, part in ((f"{path}/report", "nature"), (path, "what_happened")):
        answer = officer.send(where, page=path, **{part: "x" * 4001})
        assert (answer.status_code, "x" * 4001 in answer.text) == (422, True)
        assert "Take at most 4,000 characters." in words(answer)
    assert officer.send(path, **dict.fromkeys(PARTS, "Words.")).status_code == 303
    assert officer.send(f"{path}/send", page=path).status_code == 303
    assert officer.send(f"{path}/told/authority", page=path).status_code == 422
    answer = officer.send(f"{path}/report", page=path, **dict.fromkeys(REPORT, "Words."))
    assert answer.status_code == 303
    assert officer.send(f"{path}/told/authority", page=path).status_code == 303
    page = words(officer.get(path))
    assert "Authority (72 hours) told" in page
    assert order.number not in page
