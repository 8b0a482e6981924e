"""Reads about copies: by the word of their address, and of which units they are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import clock, ids, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.errors import NotFoundError
from oms.kernel.register import KINDS, Job, Kind, Purpose
from oms.privacy.copies.models import Copy, CopyUnit
from oms.privacy.copies.states import LIVE, CopyState


def by_word(session: Session, word: str) -> Copy:
    """Return the copy whose address holds this word, whatever became of it. Raises NotFoundError."""
    found = session.scalar(
        select(Copy).where(Copy.ref_hash == ids.token_hash(word), Copy.ends_at > clock.now())
    )
    if found is None:
        raise NotFoundError("There is no such copy, or its three days are over. Have another one made.")
    return found


def units_of(session: Session, copy_id: int) -> list[str]:
    """Return the units that a copy is of, in the order in which they were asked for."""
    chosen = select(CopyUnit.unit).where(CopyUnit.copy_id == copy_id).order_by(CopyUnit.position)
    return list(session.scalars(chosen))


def about(session: Session, units: Sequence[str]) -> list[Copy]:
    """Return the copies that hold something of any of some units, and are still there."""
    theirs = select(CopyUnit.copy_id).where(CopyUnit.unit.in_(units))
    return list(
        session.scalars(select(Copy).where(Copy.id.in_(theirs), Copy.state.in_(LIVE)).order_by(Copy.id))
    )


def newest_of_request(session: Session, request_id: int) -> Copy | None:
    """Return the newest copy that was made for a request and not given up; None without one."""
    theirs = (Copy.request_id == request_id, Copy.state != CopyState.DROPPED)
    return session.scalar(select(Copy).where(*theirs).order_by(Copy.id.desc()).limit(1))


def mailbox_of(session: Session, units: Sequence[str], job: Job = Job.COPIES) -> str:
    """Return the mailbox that somebody with these units is written to: the account's before an order's."""
    for unit in sorted(units, key=lambda unit: not unit.startswith("account:")):
        for kind in _with_mailbox(unit):
            found = vault.open_record(session, kind.type, unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing(job))
            if found is not None and found.email:
                return str(found.email)
    return ""


def _with_mailbox(unit: str) -> list[Kind]:
    kept = vault.ends(unit)
    kinds: list[Any] = [KINDS[name] for name in sorted(kept) if name in KINDS]
    return [kind for kind in kinds if "email" in kind.names() and Purpose.RIGHTS in kind.purposes]
