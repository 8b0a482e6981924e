"""Random changes to a chain of audit entries, as somebody who owns the database could make them."""

import random
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from oms.kernel import audit
from oms.kernel.db import Role, transaction

LINKS = 40

TAMPERINGS = {
    "edit": "UPDATE audit_entries SET {column} = {value} WHERE id = :n",
    "delete": "DELETE FROM audit_entries WHERE id = :n",
    "delete with its link": "WITH l AS (DELETE FROM audit_links WHERE entry_id = :n)"
    " DELETE FROM audit_entries WHERE id = :n",
    "swap": "UPDATE audit_entries a SET about = b.about, at = b.at FROM audit_entries b"
    " WHERE (a.id, b.id) IN ((:n, :m), (:m, :n))",
    "reorder": "UPDATE audit_links a SET hash = b.hash, entry_id = -b.entry_id FROM audit_links b"
    " WHERE (a.entry_id, b.entry_id) IN ((:n, :m), (:m, :n))",
    "cut the tail": "DELETE FROM audit_links WHERE position >= :n",
    "cut the tail with its entries": "WITH l AS (DELETE FROM audit_links WHERE position >= :n)"
    " DELETE FROM audit_entries WHERE id >= :n",
    "another person": "UPDATE audit_details SET subject_id = gen_random_uuid() WHERE entry_id = :n",
    "another reason": "UPDATE audit_details SET reason = reason || '!' WHERE entry_id = :n",
}
EDITS = {
    "at": "at - interval '1 microsecond'",
    "actor_kind": "'buyer'",
    "actor_id": "'staff:5'",
    "verb": "'vault.replace'",
    "about": "about || '0'",
    "purpose": "''",
    "fields": "'{}'",
    "detail_digest": "NULL",
}


def tamper(session: Session, chance: random.Random) -> str:
    kind = chance.choice(list(TAMPERINGS))
    column = chance.choice(list(EDITS))
    n, m = chance.sample(range(1, LINKS + 1), 2)
    if kind.startswith("delete") or "entries" in kind:
        session.execute(text("DELETE FROM audit_details"))
    session.execute(text(TAMPERINGS[kind].format(column=column, value=EDITS[column])), {"n": n, "m": m})
    session.execute(text("UPDATE audit_links SET entry_id = -entry_id WHERE entry_id < 0"))
    return f"{kind} {column} {n} {m}"


def undetected(times: int, anchors: Path) -> list[str]:
    """Tamper with a chain of LINKS entries, each time anew; return what verifying did not see."""
    chance = random.Random(20261122)  # noqa: S311 - repeatable, no secret
    unseen = []
    for _ in range(times):
        with transaction(Role.MIGRATE) as session:
            what = tamper(session, chance)
            if audit.verify(session, anchors).is_whole:
                unseen.append(what)
            session.rollback()
    return unseen


FORGED_CUTS = (
    # Young entries cut at the head, as a checkpoint would have it.
    """WITH cut AS (DELETE FROM audit_links WHERE position <= 5 RETURNING position, hash, entry_id),
    details AS (DELETE FROM audit_details WHERE entry_id IN (SELECT entry_id FROM cut))
    INSERT INTO audit_checkpoints SELECT position, hash, now() FROM cut WHERE position = 5""",
    "UPDATE audit_checkpoints SET hash = sha256(hash)",
    "DELETE FROM audit_checkpoints",
    "UPDATE audit_checkpoints SET position = position + 1",
)


def undetected_behind_a_checkpoint(anchors: Path) -> list[str]:
    """Tamper with a chain that was cut, each time anew; return what verifying did not see."""
    unseen = []
    for statement in FORGED_CUTS:
        with transaction(Role.MIGRATE) as session:
            session.execute(text(statement))
            if audit.verify(session, anchors).is_whole:
                unseen.append(statement)
            session.rollback()
    return unseen
