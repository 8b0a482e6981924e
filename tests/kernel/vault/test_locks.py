"""A locked record lies there and goes to its person alone; the database itself keeps it from all the rest."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from oms.kernel import vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind, AuditEntry
from oms.kernel.db import keyring_engine, keyring_reading, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose
from oms.kernel.vault import LockedError
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery

pytestmark = pytest.mark.usefixtures("shop")
STAFF = Actor(ActorKind.STAFF, "4")
KIND = "sample_delivery"


@pytest.fixture(autouse=True)
def given(shop: None) -> None:
    """Give an order's delivery and contact, the delivery locked."""
    keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)
    assert vault.lock("order:7", KIND) == 1


def opened(purpose: Purpose, by: Actor = SYSTEM) -> Delivery | None:
    """Open the locked delivery."""
    with reading() as session:
        return vault.open_record(session, Delivery, "order:7", purpose=purpose, by=by)


def withheld() -> int:
    """Count the refusals that the trail kept."""
    with reading() as session:
        return session.scalar(select(func.count()).where(AuditEntry.verb == "vault.withhold")) or 0


def test_a_locked_record_opens_for_its_persons_rights_and_nothing_else() -> None:
    assert opened(Purpose.DELIVERY) is None
    with pytest.raises(LockedError):
        opened(Purpose.DELIVERY, STAFF)
    assert withheld() == 2
    assert opened(Purpose.RIGHTS) == ADA
    with reading() as session:
        other = vault.open_record(session, Contact, "order:7", purpose=Purpose.ORDER_MESSAGES, by=SYSTEM)
    assert other == HERS
    assert vault.locks(["order:7", "order:8"]) == {("order:7", KIND)}


def test_a_lock_is_set_once_and_its_person_can_still_correct_and_delete() -> None:
    assert vault.lock("order:7", KIND) == 0
    with transaction() as session:
        vault.replace(session, Delivery("Ada King", ("1 Other Way",)), "order:7", by=SYSTEM)
    found = opened(Purpose.RIGHTS)
    assert found is not None
    assert found.name == "Ada King"
    assert opened(Purpose.DELIVERY) is None
    assert vault.destroy_unit("order:7").keys == 2
    assert opened(Purpose.RIGHTS) is None


def test_nobody_lifts_a_lock_before_its_person_was_told() -> None:
    with pytest.raises(IntegrityError, match="after its person was told"):
        vault.lift("order:7", KIND)
    assert opened(Purpose.DELIVERY) is None
    vault.note_told("order:7", KIND)
    assert vault.lift("order:7", KIND) == 1
    assert opened(Purpose.DELIVERY) == ADA
    assert vault.locks(["order:7"]) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT wrapped FROM keys",
        "SELECT * FROM keys",
        "UPDATE keys SET locked_at = NULL",
        "UPDATE keys SET told_at = now()",
        "UPDATE keys SET kind = wrapped::text",
        "CREATE OR REPLACE FUNCTION lift_lock(a text, b text) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "DROP FUNCTION hand_out(uuid[], text, timestamptz)",
    ],
)
def test_the_keyrings_own_login_is_refused(statement: str) -> None:
    with keyring_engine().connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text(statement))


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.RIGHTS])
def test_the_database_hands_a_locked_key_to_no_other_purpose(purpose: Purpose) -> None:
    asked = text("SELECT kind FROM hand_out((SELECT array_agg(key_id) FROM keys), :p, now())")
    with keyring_reading() as session:
        assert session.scalars(asked, {"p": str(purpose)}).all() == ["sample_contact"]


def test_a_locked_key_is_wrapped_anew_and_indexed_as_it_lies() -> None:
    assert vault.rewrap() == 0
    with reading() as session:
        assert vault.find(session, Delivery, "phone", ADA.phone)
    assert opened(Purpose.RIGHTS) == ADA
