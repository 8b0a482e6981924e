"""What a shopper gives is sealed with the order, opened for its purpose, found by exact value, corrected."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, config, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Role, keyring_engine, keyring_reading, reading, transaction
from oms.kernel.errors import NotFoundError
from oms.kernel.ids import new_id
from oms.kernel.register import Event, Purpose
from oms.kernel.vault import BrokenSealError, Found, PurposeRefusedError
from oms.kernel.vault.models import BlindIndex, Key, SealedRow
from tests.kernel.vault.kinds import ADA, HERS, Account, Contact, Delivery

STAFF = Actor(ActorKind.STAFF, "staff:4")
GUEST = Actor(ActorKind.GUEST, "order:7")
pytestmark = pytest.mark.usefixtures("shop")


def give(unit: str = "order:7", delivery: Delivery = ADA, contact: Contact = HERS) -> UUID:
    subject = new_id()
    keys = vault.prepare(subject, unit, Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [delivery, contact], keys)
    return subject


def delivery_of(unit: str = "order:7") -> Delivery | None:
    with reading() as session:
        return vault.open_record(session, Delivery, unit, purpose=Purpose.DELIVERY, by=SYSTEM)


def test_a_sealed_address_opens_again_for_delivery() -> None:
    give()

    assert delivery_of() == ADA
    assert delivery_of("order:8") is None


def test_nothing_that_was_given_is_readable_in_either_database() -> None:
    give()

    with reading() as session:
        rows = session.scalars(text("SELECT s::text FROM personal.sealed s")).all()
        rows += session.scalars(text("SELECT b::text FROM personal.blind_indexes b")).all()
    with Session(keyring_engine(Role.MIGRATE)) as session:
        rows += session.scalars(text("SELECT k::text FROM keys k")).all()
    assert len(rows) == 2 + 2 + 2
    for word in ("Ada Lovelace", "Lovelace", "James", "example", "7946 0018", "79460018"):
        assert not [row for row in rows if word in row or word.encode().hex() in row]


def test_an_opening_for_another_purpose_is_refused_and_logged_without_the_person(
    caplog: pytest.LogCaptureFixture,
) -> None:
    give()

    with (
        caplog.at_level(logging.WARNING),
        reading() as session,
        pytest.raises(PurposeRefusedError, match="not opened for another"),
    ):
        vault.open_record(session, Delivery, "order:7", purpose=Purpose.PAYMENT, by=STAFF)

    assert [r.getMessage() for r in caplog.records] == [
        "opening refused: sample_delivery of order:7 for payment by staff:staff:4"
    ]
    with reading() as session:
        assert audit.about(session, "order:7") == []
        assert [(d.verb, d.by, d.purpose, d.fields) for d in audit.about(session, "refused:order:7")] == [
            ("vault.refuse", STAFF, "payment", ("sample_delivery",))
        ]


def test_an_opening_by_staff_is_written_where_the_buyer_can_see_it() -> None:
    subject = give()

    with transaction() as session:
        vault.open_record(
            session, Delivery, "order:7", purpose=Purpose.DELIVERY, by=STAFF.because("the label jammed")
        )

    with reading() as session:
        [entry] = audit.about_subject(session, subject)
    assert (entry.verb, entry.about, entry.purpose) == ("vault.open", "order:7", "delivery")
    assert entry.by == STAFF.because("the label jammed")
    assert entry.fields == ("sample_delivery.name", "sample_delivery.lines", "sample_delivery.phone")


def test_an_opening_by_the_person_or_the_shop_itself_writes_no_entry() -> None:
    subject = give()

    with transaction() as session:
        vault.open_record(session, Delivery, "order:7", purpose=Purpose.DELIVERY, by=GUEST)
        vault.open_record(session, Delivery, "order:7", purpose=Purpose.DELIVERY, by=SYSTEM)

    with reading() as session:
        assert audit.about_subject(session, subject) == []


def test_several_kinds_of_an_order_open_together() -> None:
    give()

    with reading() as session:
        opened = vault.open_many(session, (Delivery, Contact), "order:7", purpose=Purpose.RIGHTS, by=GUEST)

    assert opened.get(Delivery) == ADA
    assert opened.get(Contact) == HERS
    assert opened.get(Account) is None


def test_several_records_of_one_kind_open_in_order_and_the_newest_counts() -> None:
    subject = new_id()
    keys = vault.prepare(subject, "order:7", Delivery)
    for hour in (9, 10):
        with clock.held_at(datetime(2030, 1, 1, hour, tzinfo=UTC)), transaction() as session:
            vault.seal(session, Delivery(f"at {hour}", ()), keys)

    with clock.held_at(datetime(2026, 12, 1, tzinfo=UTC)), reading() as session:
        each = vault.open_each(session, Delivery, "order:7", purpose=Purpose.DELIVERY, by=SYSTEM)
        newest = vault.open_record(session, Delivery, "order:7", purpose=Purpose.DELIVERY, by=SYSTEM)
    assert [record.name for record in each.values()] == ["at 9", "at 10"]
    assert newest == Delivery("at 10", ())


def test_a_key_belongs_to_the_sort_of_unit_that_its_kind_declares() -> None:
    for unit in ("account:7", "order:", "order:ada@example.com", "order:7 8", "order"):
        with pytest.raises(ValueError, match="goes with a unit such as order:7"):
            vault.prepare(new_id(), unit, Delivery)

    with keyring_reading() as session:
        assert session.scalars(select(Key.key_id)).all() == []


def test_a_record_without_a_prepared_key_is_not_sealed() -> None:
    keys = vault.prepare(new_id(), "order:7", Delivery)

    with pytest.raises(KeyError, match="no key was prepared for sample_contact"), transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)

    with reading() as session:
        assert session.scalars(select(SealedRow.id)).all() == []


def test_keys_do_not_show_themselves_in_logs_or_errors() -> None:
    keys = vault.prepare(new_id(), "order:7", Contact)

    assert keys.index is not None
    for secret in (keys.by_kind["sample_contact"].secret, keys.index.salt):
        assert repr(secret) not in repr(keys)


SWAPS = {
    "the envelope of another row": "UPDATE personal.sealed a SET envelope = b.envelope FROM personal.sealed b"
    " WHERE a.kind = b.kind AND a.unit <> b.unit",
    "another kind": "UPDATE personal.sealed SET kind = CASE kind WHEN 'sample_contact' THEN 'sample_delivery'"
    " ELSE 'sample_contact' END",
    "another order": "UPDATE personal.sealed SET unit = CASE unit WHEN 'order:7' THEN 'order:8'"
    " ELSE 'order:7' END",
    "another row id": "UPDATE personal.sealed SET id = gen_random_uuid()",
    "another key": "UPDATE personal.sealed a SET key_id = b.key_id FROM personal.sealed b"
    " WHERE a.kind = b.kind AND a.unit <> b.unit",
}


@pytest.mark.parametrize("swap", SWAPS)
def test_nothing_opens_when_a_row_got(swap: str) -> None:
    give("order:7")
    give("order:8", Delivery("Grace Hopper", ("1 Navy Yard",)))
    with transaction() as session:
        session.execute(text("DELETE FROM personal.blind_indexes"))
        session.execute(text(SWAPS[swap]))

    with pytest.raises(BrokenSealError):
        delivery_of("order:7")


KEY_SWAPS = {
    "another wrapped key": "UPDATE keys a SET wrapped = b.wrapped FROM keys b"
    " WHERE a.kind = b.kind AND a.unit <> b.unit",
    "another subject": "UPDATE keys SET subject_id = gen_random_uuid()",
    "another unit": "UPDATE keys SET unit = 'order:9'",
    "another kind": "UPDATE keys SET kind = 'sample_contact'",
}


@pytest.mark.parametrize("swap", KEY_SWAPS)
def test_nothing_opens_when_a_key_got(swap: str) -> None:
    give("order:7")
    give("order:8", Delivery("Grace Hopper", ("1 Navy Yard",)))
    with keyring_engine(Role.MIGRATE).begin() as connection:
        connection.execute(text(KEY_SWAPS[swap]))

    with pytest.raises(BrokenSealError):
        delivery_of("order:7")


def test_an_order_is_found_by_its_mailbox_however_it_is_typed() -> None:
    subject = give()
    give("order:8", contact=Contact("grace@example.com", "en"))

    with reading() as session:
        for typed in ("Ada@Example.com", " ada@example.COM ", "\uff21DA@example.com"):
            assert vault.find(session, Contact, "email", typed) == [Found(subject, "order:7")]
        found = vault.find(session, Delivery, "phone", "+442079460018")
        assert Found(subject, "order:7") in found
        assert vault.find(session, Contact, "email", "ad@example.com") == []
        assert vault.find(session, Contact, "email", " ") == []


def test_one_mailbox_has_another_digest_in_each_field() -> None:
    give(contact=Contact("one@example.com", "en"))
    keys = vault.prepare(new_id(), "account:1", Account)
    with transaction() as session:
        vault.seal(session, Account("one@example.com"), keys)

    with reading() as session:
        digests = session.scalars(select(BlindIndex.digest).where(BlindIndex.field.endswith("email"))).all()
    assert len(set(digests)) == 2
    assert {len(digest) for digest in digests} == {16}


def test_a_field_without_an_index_cannot_be_searched() -> None:
    with reading() as session, pytest.raises(KeyError, match=r"sample_contact\.language has no blind index"):
        vault.find(session, Contact, "language", "en")


def test_a_correction_takes_the_place_of_what_was_given() -> None:
    subject = give()
    moved = Delivery("Ada King", ("Ockham Park",), phone="+441483000000")

    with transaction() as session:
        vault.replace(session, moved, "order:7", by=GUEST)

    assert delivery_of() == moved
    with reading() as session:
        assert vault.find(session, Delivery, "phone", "+44 20 7946 0018") == []
        assert vault.find(session, Delivery, "phone", "+44 1483 000000") == [Found(subject, "order:7")]
        assert [entry.verb for entry in audit.about_subject(session, subject)] == ["vault.replace"]
        assert len(session.scalars(select(SealedRow.id)).all()) == 2


def test_what_is_gone_cannot_be_corrected() -> None:
    give()
    vault.destroy_unit("order:7")

    with pytest.raises(NotFoundError), transaction() as session:
        vault.replace(session, ADA, "order:7", by=GUEST)

    assert delivery_of() is None


def test_units_and_subject_lead_to_each_other() -> None:
    subject = give()

    with reading() as session:
        assert vault.subject_of(session, "order:7") == subject
        assert vault.subject_of(session, "order:8") is None
        assert vault.units_of(session, subject) == ["order:7"]


def test_stock_and_reports_cannot_read_what_people_gave() -> None:
    give()

    for table in ("sealed", "blind_indexes"):
        with reading(Role.BLIND) as session, pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(f"SELECT 1 FROM personal.{table}"))


def test_the_planner_keeps_no_samples_of_envelopes_and_digests() -> None:
    give()
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ANALYZE personal.sealed, personal.blind_indexes"))
        sampled = session.scalars(
            text("SELECT attname FROM pg_stats WHERE schemaname = 'personal' AND tablename <> 'x'")
        ).all()

    assert "kind" in sampled
    assert not {"envelope", "digest"} & set(sampled)


def test_ends_are_told_for_each_kind_and_move_with_the_event() -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with clock.held_at(noon):
        give()
    assert vault.ends("order:7") == {
        "sample_delivery": noon + timedelta(days=60),
        "sample_contact": noon + timedelta(days=90),
    }

    assert vault.start_clock("order:7", Event.DELIVERED, noon + timedelta(days=3)) == 1

    assert vault.ends("order:7") == {
        "sample_delivery": noon + timedelta(days=17),
        "sample_contact": noon + timedelta(days=90),
    }


def test_a_kind_that_counts_from_its_giving_ends_by_itself() -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with clock.held_at(noon):
        vault.prepare(new_id(), "account:1", Account)

    assert vault.ends("account:1") == {"sample_account": noon + timedelta(days=30)}


def test_past_its_day_nothing_opens_even_before_the_sweep() -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with clock.held_at(noon):
        give()

    with clock.held_at(noon + timedelta(days=60) - timedelta(seconds=1)):
        assert delivery_of() == ADA
    with clock.held_at(noon + timedelta(days=60)):
        assert delivery_of() is None


def test_another_master_key_opens_nothing(databases: tuple[str, str]) -> None:
    give()
    with transaction() as session:
        session.execute(update(SealedRow).values(sealed_at=clock.now()))
    other = {"DATABASE_URL": databases[0], "KEYRING_URL": databases[1], "STATE_DIR": "unused"}
    vault.configure(config.load(other))

    with pytest.raises(BrokenSealError):
        delivery_of()
