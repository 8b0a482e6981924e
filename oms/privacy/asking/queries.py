"""Reads about requests in words: their refusal, what a proof needs, what a copy keeps back."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import clock, ids, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.register import KINDS, Job, Purpose
from oms.orders.personal import OrderDelivery
from oms.privacy.asking.models import Refusal, Withholding
from oms.privacy.asking.personal import RequestContact, RequestWords
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import OPEN, RequestKind

# The longest that a mail about the end is tried.
MAILED = timedelta(days=4)
# What could do harm in the wrong hands: whoever got into a mailbox must know the order too (001-41).
RISKY = frozenset({RequestKind.ERASURE, RequestKind.ACCESS, RequestKind.COPY, RequestKind.CORRECTION})


def refusal(session: Session, request_id: int) -> Refusal | None:
    """Return the refusal of a request, proposed or in force."""
    return session.get(Refusal, request_id)


def words(session: Session, request: PrivacyRequest, *, by: Actor) -> str:
    """Return what somebody wrote with a request, opened for who answers it; empty when it has gone."""
    kept = vault.open_record(session, RequestWords, request.contact_unit, purpose=Purpose.RIGHTS, by=by)
    return kept.text if kept else ""


def mailbox(session: Session, request: PrivacyRequest) -> str:
    """Return the mailbox that asks, for the house alone; empty when it has gone."""
    kept = vault.open_record(
        session, RequestContact, request.contact_unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing(Job.REQUESTS)
    )
    return kept.email if kept else ""


def needs_fact(session: Session, kind: RequestKind, units: Sequence[str]) -> bool:
    """Say whether a proof needs one fact of an order beside the mailbox: where harm could be done."""
    return kind in RISKY and bool(_places(session, units))


def is_fact(session: Session, units: Sequence[str], typed: str) -> bool:
    """Say whether what was typed is where one of the orders went to; blanks and case forgiven."""
    return any(ids.is_same(one, typed) for one in _places(session, units))


def _places(session: Session, units: Sequence[str]) -> list[str]:
    found = []
    for unit in units:
        if unit.startswith("order:"):
            kept = vault.open_record(
                session, OrderDelivery, unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing(Job.REQUESTS)
            )
            if kept is not None and kept.place:
                found.append(kept.place)
    return found


def withheld(session: Session, unit: str) -> frozenset[str]:
    """Return the fields of a unit, such as `order.delivery.name`, that its copy leaves out."""
    return frozenset(session.scalars(select(Withholding.field).where(Withholding.unit == unit)))


def fields() -> list[str]:
    """Return every field that a copy can hold, by name."""
    kinds = [kind for kind in KINDS.values() if Purpose.RIGHTS in kind.purposes]
    return sorted(f"{kind.name}.{name}" for kind in kinds for name in kind.names())


def finished_with_mailbox(session: Session) -> list[PrivacyRequest]:
    """Return settled requests whose mailbox is kept though every mail has gone, or was given up."""
    ended = (PrivacyRequest.state.not_in(OPEN), PrivacyRequest.settled_at < clock.now() - MAILED)
    return list(session.scalars(select(PrivacyRequest).where(PrivacyRequest.contact_unit != "", *ended)))
