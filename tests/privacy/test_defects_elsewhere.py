"""What erasure got wrong in other systems: E1, E2, E4, E5, E9 and E10 must stay right here."""

from itertools import permutations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from oms.kernel import audit, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import Role, keyring_engine, keyring_reading, reading, transaction
from oms.kernel.register import Purpose
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.erasure import actions
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest
from oms.privacy.retention import actions as retention
from oms.privacy.states import RequestState, Way
from tests.forgetting import GRACE, delivered, only_buyer, paid
from tests.make import Shop
from tests.people import Mailbox

PACKER = Actor(ActorKind.STAFF, "staff:4", roles=frozenset({"picker-packer"}))


def asked(*units: str) -> int:
    with transaction() as session:
        return actions.open_request(session, Wish(units, Way.NOW, "eu", "en")).id


def state_of(request_id: int) -> RequestState:
    with reading() as session:
        return session.get_one(PrivacyRequest, request_id).state


def left_of(*units: str) -> tuple[int, int, int]:
    """Sealed rows, digests and keys that are left of units."""
    named = {"units": list(units)}
    with reading() as session, keyring_reading() as keys:
        tables = ("personal.sealed", "personal.blind_indexes")
        counts = [f"SELECT count(*) FROM {name} WHERE unit = ANY(:units)" for name in (*tables, "keys")]
        return (
            int(session.scalar(text(counts[0]), named) or 0),
            int(session.scalar(text(counts[1]), named) or 0),
            int(keys.scalar(text(counts[2]), named) or 0),
        )


def forbid(statement: str, *, table: str) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(
            text("CREATE FUNCTION no() RETURNS trigger AS 'BEGIN RAISE ''no''; END' LANGUAGE plpgsql")
        )
        session.execute(text(f"CREATE TRIGGER no BEFORE {statement} ON {table} EXECUTE FUNCTION no()"))


def allow() -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DROP FUNCTION no() CASCADE"))


def test_e1_success_is_never_reported_while_rows_remain(small: Shop) -> None:
    order = delivered({small.clock: 1}, contact=GRACE)
    request = asked(order.unit)
    forbid("DELETE", table="personal.sealed")
    try:
        with pytest.raises(DBAPIError):
            actions.carry_out(request)
        assert state_of(request) is RequestState.IN_PROGRESS
        assert left_of(order.unit)[0] > 0
    finally:
        allow()

    assert actions.carry_out(request)
    assert state_of(request) in {RequestState.FULFILLED, RequestState.PARTLY_REFUSED}
    assert left_of(order.unit) == (0, 0, 0)


@pytest.mark.parametrize("way_round", range(6))
def test_e2_no_order_of_erasing_takes_a_key_that_another_step_needs(small: Shop, way_round: int) -> None:
    Mailbox().open_account(GRACE.email)
    units = [f"account:{only_buyer()}"]
    units += [delivered({small.pencil: 1}, contact=GRACE).unit for _ in range(2)]
    chosen = list(permutations(units))[way_round]

    request = asked(*chosen)

    assert actions.carry_out(request)
    assert left_of(*units) == (0, 0, 0)
    with reading() as session:
        unit = session.get_one(PrivacyRequest, request).certificate_unit
    assert left_of(unit)[2] == 1  # the mailbox of the certificate, under a key of its own


def everywhere(word: str) -> list[str]:
    """Every table of both databases that holds a word, written once or not."""
    tables = text(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'personal')"
    )
    found = []
    for store in (reading(Role.MIGRATE), Session(keyring_engine(Role.MIGRATE))):
        with store as session:
            found += [
                name
                for name in session.scalars(tables).all()
                if session.scalar(
                    text(f"SELECT count(*) FROM {name} t WHERE t::text LIKE :word"), {"word": f"%{word}%"}
                )
            ]
    return sorted(found)


def test_e4_tables_that_are_written_once_are_reached_too_and_the_chain_holds(small: Shop) -> None:
    order = delivered({small.clock: 1}, contact=GRACE)
    with transaction() as session:
        subject = vault.subject_of(session, order.unit)
        vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.DELIVERY, by=PACKER)
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    assert subject is not None
    assert {"public.audit_details", "personal.sealed"} <= set(everywhere(str(subject)))

    assert actions.carry_out(asked(order.unit))

    assert everywhere(str(subject)) == []
    with reading() as session:
        assert audit.verify(session).broken == ()


def test_e5_what_goes_with_a_record_goes_though_no_trigger_fires(small: Shop) -> None:
    order = delivered({small.clock: 1}, contact=GRACE)
    request = asked(order.unit)
    assert left_of(order.unit)[1] > 0
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ALTER TABLE personal.sealed DISABLE TRIGGER ALL"))
    try:
        assert actions.carry_out(request)
    finally:
        with transaction(Role.MIGRATE) as session:
            session.execute(text("ALTER TABLE personal.sealed ENABLE TRIGGER ALL"))

    assert left_of(order.unit) == (0, 0, 0)


def test_e9_a_date_that_is_missing_stops_nobody_elses_erasure(small: Shop) -> None:
    without = [paid({small.pencil: 1}, contact=GRACE), paid({small.pencil: 1}, contact=GRACE)]
    whole = delivered({small.pencil: 1}, contact=GRACE)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE payments SET settled_at = NULL"))
        nulls = "placed_at = NULL, delivered_at = NULL, returns_end_at = NULL"
        session.execute(text(f"UPDATE orders SET {nulls} WHERE id = :id"), {"id": without[0].id})

    assert actions.carry_out(asked(without[0].unit, without[1].unit, whole.unit))
    retention.let_go()

    assert left_of(without[0].unit, without[1].unit, whole.unit) == (0, 0, 0)
    with reading() as session:
        assert session.query(Order).where(Order.forgotten_at.is_(None)).count() == 0


def without_a_key(url: str) -> list[str]:
    """The tables of a database that have no primary key."""
    with psycopg.connect(url, autocommit=True) as raw:
        rows = raw.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'personal')"
            " AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)"
        ).fetchall()
    return [row[0] for row in rows]


def test_e10_no_table_is_without_a_key_and_one_that_is_is_seen(shop: None, settings: Settings) -> None:
    assert without_a_key(settings.database_url) == []
    assert without_a_key(settings.keyring_url) == []
    with psycopg.connect(settings.database_url, autocommit=True) as raw:
        raw.execute("CREATE TABLE keyless (unit text, name text)")
        try:
            assert without_a_key(settings.database_url) == ["keyless"]
        finally:
            raw.execute("DROP TABLE keyless")


def test_a_code_that_the_mailbox_asked_for_goes_with_its_person(small: Shop) -> None:
    order = delivered({small.clock: 1}, contact=OrderContact("codes@shop.test"))
    Mailbox().ask("codes@shop.test")
    Mailbox().ask("other@shop.test")
    with reading() as session:
        units = session.scalars(text("SELECT unit FROM mailbox_challenges ORDER BY id")).all()

    assert actions.carry_out(asked(order.unit))

    assert (left_of(units[0]), left_of(units[1])[0]) == ((0, 0, 0), 1)
