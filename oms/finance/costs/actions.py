"""Stating what a unit costs from a day on, correcting that, and taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.finance.models import UnitCost
from oms.kernel import audit
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, NotFoundError
from oms.kernel.money import Money
from oms.privacy.clocks import calendar


@dataclass(frozen=True, slots=True)
class Statement:
    """What one unit of a variant costs, without tax, from a day of the shop on.

    Raises BadInputError for less than nothing.
    """

    variant_id: int
    cost: Money
    since: date

    def __post_init__(self) -> None:
        """Refuse a cost below zero."""
        if self.cost.amount < 0:
            raise BadInputError("A cost is not below zero.", field="cost")


def state(session: Session, said: Statement, *, by: Actor) -> None:
    """Keep a statement; of one day the last word counts. Orders placed since then are reckoned with it."""
    begins = calendar.current().end_of(said.since - timedelta(days=1))
    given = {"variant_id": said.variant_id, "currency": said.cost.currency, "valid_from": begins}
    session.execute(
        insert(UnitCost)
        .values(amount=said.cost.amount, **given)
        .on_conflict_do_update(index_elements=list(given), set_={"amount": said.cost.amount})
    )
    audit.record(session, by, "cost.state", f"variant:{said.variant_id}")


def state_all(session: Session, said: Iterable[Statement], *, by: Actor) -> int:
    """Keep many statements; return how many."""
    every = list(said)
    for one in every:
        state(session, one, by=by)
    return len(every)


def take_back(session: Session, number: int, *, by: Actor) -> int:
    """Take a statement back; return its variant. Raises NotFoundError."""
    variant_id: int | None = session.scalar(
        delete(UnitCost).where(UnitCost.id == number).returning(UnitCost.variant_id)
    )
    if variant_id is None:
        raise NotFoundError("This cost is gone already.")
    audit.record(session, by, "cost.take_back", f"variant:{variant_id}")
    return variant_id
