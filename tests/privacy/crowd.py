"""A crowd of buyers, each with an order that is sealed as the shop seals it, written in few statements."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, text

from oms.kernel import clock, register
from oms.kernel.db import Role, keyring_transaction, transaction
from oms.kernel.ids import new_id
from oms.kernel.vault import finding, master
from oms.kernel.vault.envelope import shut, to_bytes
from oms.kernel.vault.index import current_salt
from oms.kernel.vault.keyring import key_place
from oms.kernel.vault.models import BlindIndex, Key, SealedRow
from oms.kernel.vault.rows import row_place
from oms.orders.personal import OrderContact, OrderDelivery

_BATCH = 2_000
_ORDERS = """
    INSERT INTO orders (number, state, market_code, language, currency, tax_included, country,
                        postcode_prefix, goods, delivery, delivery_tax, tax, total, units, placed_at)
    SELECT substr(t, 1, 4) || '-' || substr(t, 5, 4) || '-' || substr(t, 9, 2),
           'placed', 'eu', 'en', 'EUR', true, 'NL', '23', 3100, 560, 97, 635, 3660, 1,
           now() - n * interval '1 second'
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n, to_char(n, 'FM0000000000') t
    RETURNING number
"""


def mailbox(number: str) -> str:
    """The mailbox of whoever has an order."""
    return f"buyer-{number.lower()}@crowd.example"


def gather(people: int) -> list[str]:
    """Let so many people have bought; return the numbers of their orders."""
    numbers: list[str] = []
    for first in range(1, people + 1, _BATCH):
        span = {"first": first, "last": min(first + _BATCH - 1, people)}
        with transaction(Role.MIGRATE) as session:
            fresh = list(session.scalars(text(_ORDERS), span))
        seal({number: _person(number) for number in fresh})
        numbers += fresh
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ANALYZE"))
    return numbers


def _person(number: str) -> tuple[OrderDelivery, OrderContact]:
    delivery = OrderDelivery(f"Buyer {number}", "Rapenburg 70", "NL", city="Leiden", postcode="2311 EZ")
    return delivery, OrderContact(mailbox(number))


def seal(people: Mapping[str, tuple[OrderDelivery, OrderContact]]) -> None:
    """Seal, for each order by its number, where it goes and whose it is."""
    now = clock.now()
    keys, rows, marks = [], [], []
    with keyring_transaction() as ring:
        index = current_salt(ring)
    for number, records in people.items():
        unit, subject = f"order:{number}", new_id()
        for record in records:
            kind = register.kind_of(type(record))
            key_id, row_id, secret = new_id(), new_id(), new_id().bytes + new_id().bytes
            keys.append(
                {
                    "key_id": key_id,
                    "subject_id": subject,
                    "unit": unit,
                    "kind": kind.name,
                    "wrapped": master.wrap(secret, key_place(key_id, subject, unit, kind.name)),
                    "made_at": now,
                    "destroy_after": now + timedelta(days=kind.retention.at_most),
                    "is_referenced": True,
                }
            )
            place = row_place(row_id, kind, unit, key_id)
            rows.append(_row(row_id, kind.name, unit, subject, key_id, shut(secret, to_bytes(record), place)))
            marks += finding.marks(record, kind, index, rows[-1])
    with keyring_transaction() as ring:
        ring.execute(insert(Key), keys)
    with transaction(Role.WORKER) as session:
        session.execute(insert(SealedRow), rows)
        session.execute(insert(BlindIndex), marks)


def _row(  # noqa: PLR0913, PLR0917 - the columns of a row
    row_id: UUID, kind: str, unit: str, subject: UUID, key_id: UUID, envelope: bytes
) -> dict[str, object]:
    names = ("id", "kind", "unit", "subject_id", "key_id", "envelope", "sealed_at")
    return dict(zip(names, (row_id, kind, unit, subject, key_id, envelope, clock.now()), strict=True))
