"""The retention run lets go of everything on its day, of nothing before it, and finds nothing twice."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import text

from oms import cli
from oms.carts.actions import open_cart
from oms.kernel import audit, clock, egress, jobs, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy import checks, handlers
from oms.privacy.retention import actions, queries
from oms.web.doctor import Health
from storefront.app import create_store
from tests import make
from tests.make import Shop

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLERK = Actor(ActorKind.STAFF, "2", "she asked where it is", frozenset({"service"}))


def delivered(small: Shop) -> Order:
    """An order that was paid and has arrived at noon."""
    placed = make.order({small.clock: 1}, buyer_id=7, cart_id=3)
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        orders.confirm_payment(session, placed.order.id, placed.payment.id)
        orders.note_delivery(session, placed.order.id)
        vault.open_record(session, OrderContact, placed.order.unit, purpose=Purpose.AFTER_SALES, by=CLERK)
        session.execute(text("UPDATE payments SET session_ref = 'cs_1', intent_ref = 'pi_1'"))
    jobs.HANDLERS["orders.start_clocks"].run(Message(0, "order.delivered", {"order": placed.order.id}))
    return placed.order


def order_row(number: str) -> Order:
    with reading() as session:
        return session.query(Order).filter_by(number=number).one()


def let_go(at: datetime) -> dict[str, int]:
    with clock.held_at(at):
        return {name: count for name, count in actions.let_go().items() if count}


def test_an_order_loses_its_person_thirty_days_after_delivery_and_not_a_day_before(small: Shop) -> None:
    with clock.held_at(NOON):
        order = delivered(small)
    before = let_go(NOON + timedelta(days=29, hours=23))
    assert "keys" not in before
    assert "orders cut from their person" not in before
    gone = let_go(NOON + timedelta(days=30, minutes=1))
    assert (gone["keys"], gone["sealed records"], gone["orders cut from their person"]) == (2, 2, 1)
    assert gone["people in ledger and audit"] == 1
    row = order_row(order.number)
    assert (row.buyer_id, row.cart_id, row.placement_hash) == (None, None, None)
    assert row.forgotten_at == datetime(2026, 12, 22, tzinfo=UTC)
    assert (row.total, row.tax, row.country) == (order.total, order.tax, "NL")
    assert let_go(NOON + timedelta(days=30, minutes=2)) == {}


def test_ledger_and_audit_keep_the_deed_and_forget_whom_it_was_about(small: Shop) -> None:
    with clock.held_at(NOON):
        order = delivered(small)
    let_go(NOON + timedelta(days=31))
    with reading() as session:
        [told] = egress.disclosed(session, unit=order.unit)
        deeds = audit.about(session, order.unit)
    assert (told.recipient, told.fields, told.subject_id) == ("stripe", ["order.contact.email"], None)
    assert [(deed.verb, deed.by.reason) for deed in deeds] == [("vault.open", "")]


def test_what_staff_typed_about_an_order_goes_with_its_person(small: Shop) -> None:
    with clock.held_at(NOON):
        order = delivered(small)
    with transaction() as session:
        audit.record(session, CLERK.because("Ada rang again"), "order.note", order.unit)
        audit.record(session, CLERK.because("Ada of another order"), "order.note", "order:7KQ2-M4XD-9B")
    let_go(NOON + timedelta(days=31))
    with reading() as session:
        deeds = audit.about(session, order.unit) + audit.about(session, "order:7KQ2-M4XD-9B")
        assert audit.verify(session).is_whole
    told = [(deed.verb, deed.by.reason) for deed in deeds if deed.verb == "order.note"]
    assert told == [("order.note", ""), ("order.note", "Ada of another order")]


def test_payment_references_go_when_no_dispute_can_come_any_more(small: Shop) -> None:
    with clock.held_at(NOON):
        delivered(small)
    assert "payment references" not in let_go(NOON + timedelta(days=119))
    assert let_go(NOON + timedelta(days=121))["payment references"] == 1
    with reading() as session:
        kept = session.execute(text("SELECT session_ref, intent_ref, captured FROM payments")).one()
    assert tuple(kept) == (None, None, 3660)


def test_a_lapsed_order_is_gone_within_a_day(small: Shop) -> None:
    with clock.held_at(NOON):
        placed = make.order({small.clock: 1})
        with transaction() as session:
            orders.lapse(session, placed.order.id)
    assert "orders that lapsed" not in let_go(NOON + timedelta(hours=11))
    assert let_go(NOON + timedelta(hours=13))["orders that lapsed"] == 1
    assert vault.ends(placed.order.unit) == {}
    assert order_row(placed.order.number).forgotten_at is not None


def test_rows_go_by_the_life_that_their_table_declares(small: Shop) -> None:
    with clock.held_at(NOON), transaction() as session:
        session.execute(text("DELETE FROM outbox_messages"))
        open_cart(session, "eu", "en")
        outbox.say(session, "order.closed", order=1)
    jobs.drain()
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE outbox_messages SET fanned_out_at = :at"), {"at": NOON})
        stuck = "INSERT INTO outbox_messages (topic, payload, fanned_out_at) VALUES ('a.b', '{}', :at)"
        session.execute(text(stuck), {"at": NOON})
        dead = "SELECT max(id), 'h', 'dead' FROM outbox_messages"
        session.execute(text(f"INSERT INTO outbox_deliveries (message_id, handler, state) {dead}"))
    assert let_go(NOON + timedelta(days=6)) == {}
    assert let_go(NOON + timedelta(days=8)) == {"outbox_messages": 1}
    assert let_go(NOON + timedelta(days=14)) == {"carts": 1}
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox_messages")) == 1


def test_every_declared_life_names_a_column_of_its_table() -> None:
    found = queries.lives()
    assert {table.name for table, _life in found} >= {"carts", "web_sessions", "outbox_messages"}
    assert [table.name for table, life in found if life.after not in table.c] == []


def test_the_doctor_sees_what_stays_a_day_too_long(small: Shop) -> None:
    with clock.held_at(NOON):
        delivered(small)
        assert checks._overdue() == ("0", Health.WELL)
    with clock.held_at(NOON + timedelta(days=122)):
        figure, health = checks._overdue()
        assert (health, "payment references: 1" in figure) == (Health.ILL, True)
        actions.let_go()
        assert checks._overdue() == ("0", Health.WELL)


def command(settings: Settings) -> Flask:
    made = create_store(settings)
    cli.register(made)
    return made


def test_the_command_travels_to_a_day_and_prints_what_went(small: Shop, settings: Settings) -> None:
    delivered(small)
    runner = command(settings).test_cli_runner()
    later = (clock.now() + timedelta(days=40)).date().isoformat()
    said = runner.invoke(args=["retention", "run", "--on", later]).output
    assert "2  keys" in said
    again = runner.invoke(args=["retention", "run", "--on", later]).output
    assert "0 let go of." in again


def test_the_register_is_printed_field_by_field(shop: None, settings: Settings) -> None:
    said = command(settings).test_cli_runner().invoke(args=["privacy", "register"]).output
    assert "order.contact.email: To confirm your order and say how it goes. contract; 0 days after" in said


def test_what_the_clock_does_is_scheduled() -> None:
    every = {name: job.every for name, job in jobs.SCHEDULE.items() if name.startswith("privacy.")}
    minute, hour, day = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
    assert {name.partition(".")[2]: length for name, length in every.items()}.items() >= {
        "chain_audit": minute,
        "finish_destroying": minute,
        "sweep_leftovers": hour,
        "run_retention": hour,
        "rotate_index": day,
    }.items()


def test_a_chained_deed_is_anchored_outside(shop: None, settings: Settings) -> None:
    handlers.configure(settings)
    anchors = settings.state_dir / "anchors"
    for deed in range(3):
        with transaction() as session:
            audit.record(session, SYSTEM, "look", f"order:{deed}")
        jobs.SCHEDULE["privacy.chain_audit"].run()
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM audit_links WHERE position = 3"))
        session.execute(text("DELETE FROM audit_entries WHERE about = 'order:2'"))
    with reading() as session:
        assert audit.verify(session).is_whole  # the control: of itself the chain misses nothing
        assert audit.verify(session, anchors).broken == ("position 3 was anchored and is gone",)
