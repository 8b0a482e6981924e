"""Whose a phone number is, whether it takes texts, and how sending goes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.register import kind_of
from oms.kernel.vault.models import SealedRow
from oms.notifications.texting.models import TextSend
from oms.notifications.texting.states import TextState
from oms.orders.personal import OrderDelivery
from oms.privacy.states import Channel
from oms.privacy.wishes import queries as wishes
from oms.privacy.wishes.states import Choice, WishPurpose


def units_of_phone(session: Session, phone: str) -> list[str]:
    """Return the orders that were given this number, by its blind index; nothing is opened."""
    return list(dict.fromkeys(row.unit for row in vault.find(session, OrderDelivery, "phone", phone)))


def is_stopped(session: Session, units: Sequence[str]) -> bool:
    """Say whether somebody ended the texts to some orders; then none goes, not one that is owed by law."""
    said = wishes.answers(session, units, WishPurpose.NEWS, Channel.SMS)
    return Choice.WITHDRAWN in said.values()


def is_dead(session: Session, units: Sequence[str]) -> bool:
    """Say whether a text to the number that some orders have now could not arrive."""
    same_number = exists().where(
        SealedRow.unit == TextSend.unit,
        SealedRow.kind == kind_of(OrderDelivery).name,
        SealedRow.sealed_at <= TextSend.begun_at,
    )
    failed = (TextSend.unit.in_(units), TextSend.state == TextState.FAILED, same_number)
    return session.scalar(select(TextSend.id).where(*failed).limit(1)) is not None


def by_key(session: Session, key: UUID) -> TextSend | None:
    """Return the text that the service knows by a key, locked; None for one that is not ours."""
    return session.scalar(select(TextSend).where(TextSend.key == key).with_for_update())


def of_thing(session: Session, topic: str, thing: str) -> TextSend:
    """Return the text about a thing, locked, so that a report waits for whoever reads its state here."""
    mine = (TextSend.topic == topic, TextSend.thing == thing)
    return session.scalars(select(TextSend).where(*mine).with_for_update()).one()


def is_known(session: Session, key: UUID) -> bool:
    """Say whether a key is that of a text of ours."""
    return session.scalar(select(TextSend.id).where(TextSend.key == key)) is not None


def counts(session: Session, since: datetime) -> dict[TextState, int]:
    """Return how many texts that were begun since a moment came how far."""
    rows = session.execute(
        select(TextSend.state, func.count()).where(TextSend.begun_at >= since).group_by(TextSend.state)
    )
    return {row[0]: row[1] for row in rows}
