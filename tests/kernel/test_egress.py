"""A recipient gets the fields on its list and no other, and each time is written down."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from oms.kernel import clock, egress
from oms.kernel.db import Role, reading, transaction
from oms.kernel.egress import Occasion, Recipient
from oms.kernel.errors import RefusedError
from oms.kernel.register import Purpose
from oms.kernel.vault import PurposeRefusedError
from tests.kernel.vault.kinds import ADA, HERS, Delivery
from tests.privacy.completeness import recipient_gaps

ADA_ID = UUID(int=7)
FOR_DELIVERY = Occasion("order:7", ADA_ID, Purpose.DELIVERY)
CARRIER = Recipient(
    name="sample carrier",
    what_for="brings the parcel",
    category="controller",
    agreement="terms of 2026-01",
    region="EU",
    policy_url="https://carrier.example/privacy",
    fields=("sample_delivery.name", "sample_delivery.lines", "sample_contact.email"),
)


@pytest.fixture(autouse=True)
def carrier() -> Iterator[None]:
    egress.declare(CARRIER)
    yield
    del egress.RECIPIENTS[CARRIER.name]


@pytest.mark.usefixtures("shop")
def test_the_carrier_gets_the_address_and_not_the_phone() -> None:
    with clock.held_at(datetime(2026, 12, 1, tzinfo=UTC)), transaction() as session:
        payload = egress.disclose(session, "sample carrier", FOR_DELIVERY, [ADA], {"weight_grams": 420})

    assert dict(payload) == {
        "name": "Ada Lovelace",
        "lines": ("12 St James's Square", "Flat 3"),
        "weight_grams": 420,
    }
    assert (payload.text("name"), payload.text("phone"), len(payload)) == ("Ada Lovelace", "", 3)
    with reading() as session:
        [row] = egress.disclosed(session, unit="order:7")
    assert row.id == payload.disclosure_id
    assert (row.at, row.unit, row.subject_id) == (datetime(2026, 12, 1, tzinfo=UTC), "order:7", ADA_ID)
    assert (row.recipient, row.purpose, row.agreement) == (
        "sample carrier",
        Purpose.DELIVERY,
        "terms of 2026-01",
    )
    assert row.fields == ["sample_delivery.name", "sample_delivery.lines"]


@pytest.mark.usefixtures("shop")
def test_a_field_that_was_not_given_is_not_said_to_be_told() -> None:
    with transaction() as session:
        payload = egress.disclose(session, "sample carrier", FOR_DELIVERY, [Delivery("Ada", ())])

    assert dict(payload) == {"name": "Ada"}
    with reading() as session:
        assert egress.disclosed(session, subject_id=ADA_ID)[0].fields == ["sample_delivery.name"]


@pytest.mark.usefixtures("shop")
def test_what_may_not_be_told_is_refused_and_nothing_is_written() -> None:
    wrong = [
        ("nobody we know", [ADA], {}, RefusedError, "not a declared recipient"),
        ("sample carrier", [HERS], {}, PurposeRefusedError, "sample_contact is not kept for this purpose"),
        ("sample carrier", [ADA], {"note": "call +44 20 7946 0018"}, ValueError, "phone is not for"),
        ("sample carrier", [ADA], {"name": "parcel 1"}, ValueError, "two things to tell are called name"),
        ("sample carrier", [ADA, ADA], {}, ValueError, "two things to tell are called name"),
    ]
    for recipient, records, extra, error, says in wrong:
        with pytest.raises(error, match=says), transaction() as session:
            egress.disclose(session, recipient, FOR_DELIVERY, records, extra)

    with reading() as session:
        assert egress.disclosed(session, unit="order:7") == []


@pytest.mark.usefixtures("shop")
def test_the_ledger_is_read_by_person_by_order_or_not_at_all() -> None:
    other = Occasion("order:8", UUID(int=8), Purpose.DELIVERY)
    with transaction() as session:
        for occasion in (FOR_DELIVERY, other, FOR_DELIVERY):
            egress.disclose(session, "sample carrier", occasion, [ADA])

    with reading() as session:
        assert [row.unit for row in egress.disclosed(session, subject_id=ADA_ID)] == ["order:7"] * 2
        assert [row.unit for row in egress.disclosed(session, unit="order:8")] == ["order:8"]
        assert egress.disclosed(session, unit="order:8", subject_id=ADA_ID) == []
        assert egress.disclosed(session) == []


@pytest.mark.usefixtures("shop")
def test_the_ledger_is_written_once_and_lets_go_of_the_person_only() -> None:
    with transaction() as session:
        egress.disclose(session, "sample carrier", FOR_DELIVERY, [ADA])

    for statement in ("UPDATE disclosures SET recipient = 'x'", "DELETE FROM disclosures"):
        for role in (Role.WEB, Role.WORKER, Role.BLIND):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction(role) as session:
                session.execute(text(statement))
    with transaction() as session:
        assert egress.forget_subject(session, ADA_ID) == 1

    with reading() as session:
        assert egress.disclosed(session, subject_id=ADA_ID) == []
        [row] = egress.disclosed(session, unit="order:7")
    assert (row.recipient, row.subject_id) == ("sample carrier", None)


def test_a_payload_shows_no_value_to_a_log() -> None:
    payload = egress.Payload(3, {"name": "Ada Lovelace"})

    assert f"{payload!r} {payload}" == "<Payload of disclosure 3: name> <Payload of disclosure 3: name>"


def test_one_name_cannot_stand_for_two_recipients() -> None:
    egress.declare(CARRIER)
    with pytest.raises(TypeError, match="declared twice"):
        egress.declare(
            Recipient("sample carrier", "sells data", "controller", "", "", "", ("sample_contact.email",))
        )

    assert egress.RECIPIENTS["sample carrier"] == CARRIER


def test_register_and_recipients_must_name_each_other() -> None:
    mine = [gap for gap in recipient_gaps() if "sample" in gap]

    assert mine == [
        "sample carrier may get sample_delivery.lines, whose declaration does not name it",
        "sample carrier may get sample_contact.email, whose declaration does not name it",
        "sample_delivery.phone goes to sample carrier, whose list does not hold it",
    ]
