"""What verifying the audit costs beside reading its rows, and how much of the chain is held at once."""

import os
import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text

from oms.kernel import audit
from oms.kernel.audit.entries import AuditEntry
from oms.kernel.db import Role, reading, transaction

# The bar is a minute for a million on a quiet machine, printed; a busy one is told by the ratio alone.
ROWS = int(os.environ.get("AUDIT_ROWS", "100000"))
# Times as long as reading the rows of the three tables joined and in order.
MOST_TIMES = 4.0
MOST_BYTES = 50_000_000
_BATCH = 20_000

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("shop")]


def filled(rows: int) -> None:
    """Write a chain as long as this, with a person and a reason in every entry."""
    at = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for start in range(0, rows, _BATCH):
        with transaction(Role.MIGRATE) as session:
            one = {"at": at, "actor_kind": "staff", "actor_id": "staff:4", "verb": "vault.open"}
            more = {"purpose": "delivery", "fields": ["order.delivery.name", "order.delivery.street"]}
            count = min(_BATCH, rows - start)
            session.execute(
                insert(AuditEntry),
                [{**one, **more, "about": f"order:{start + n}", "detail_digest": None} for n in range(count)],
            )
            session.execute(
                text(
                    "INSERT INTO audit_details (entry_id, subject_id, reason, salt)"
                    " SELECT id, gen_random_uuid(), 'label jammed', decode(md5(id::text), 'hex')"
                    " FROM audit_entries WHERE detail_digest IS NULL"
                )
            )
            session.execute(
                text(
                    "UPDATE audit_entries SET detail_digest = sha256(d.salt || uuid_send(d.subject_id)"
                    " || convert_to(d.reason, 'UTF8')) FROM audit_details d WHERE d.entry_id = id"
                    " AND detail_digest IS NULL"
                )
            )
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ANALYZE audit_entries, audit_details"))
    linked = 1
    while linked:
        with transaction(Role.AUDIT) as session:
            linked = audit.chain(session)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ANALYZE audit_links"))


def read_seconds() -> float:
    """Return how long it takes to read what is verified, in order, and to do nothing with it."""
    told = (
        "SELECT l.position, l.hash, l.entry_id, e.*, d.subject_id, d.reason, d.salt FROM audit_links l"
        " LEFT JOIN audit_entries e ON e.id = l.entry_id"
        " LEFT JOIN audit_details d ON d.entry_id = l.entry_id ORDER BY l.position"
    )
    begun = time.perf_counter()
    with transaction(Role.MIGRATE) as session:
        connection = session.connection().execution_options(yield_per=1000)
        assert sum(1 for _ in connection.execute(text(told))) == ROWS
    return time.perf_counter() - begun


def test_verifying_costs_a_few_times_what_reading_costs() -> None:
    filled(ROWS)
    reads = min(read_seconds() for _ in range(2))
    begun = time.perf_counter()
    with reading(Role.MIGRATE) as session:
        verdict = audit.verify(session)
    seconds = time.perf_counter() - begun
    print(
        f"audit verify: {seconds * 1_000_000 / ROWS:.0f} s for a million deeds,"
        f" {seconds / reads:.1f} times reading them"
    )
    assert (verdict.links, verdict.broken, verdict.unchained) == (ROWS, (), 0)
    assert seconds / reads <= MOST_TIMES


def test_the_memory_of_verifying_does_not_grow_with_the_chain() -> None:
    filled(min(ROWS, 40_000))
    tracemalloc.start()
    with reading(Role.MIGRATE) as session:
        assert audit.verify(session).is_whole
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"audit verify: {peak / 1e6:.1f} MB at most")
    assert peak <= MOST_BYTES
