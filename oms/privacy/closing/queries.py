"""Whether the shop closes, what holds it up, and whom it still knows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from oms.buyers.models import Buyer
from oms.kernel import register
from oms.kernel.db import keyring_reading
from oms.kernel.errors import ConflictError
from oms.kernel.vault.models import BlindIndex, Key, SealedRow
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.states import OrderState
from oms.privacy.closing.models import Closing

_UNDER_WAY = (OrderState.AWAITING_PAYMENT, OrderState.PLACED)
# A certificate still has to arrive, and who works at the desk leaves by the staff's own rules.
SPARED = ("certificate", "staff")


@dataclass(frozen=True, slots=True)
class Plan:
    """What closing would do: how many people, how many units and keys of which kind, and what holds it up."""

    people: int
    units: dict[str, int]
    keys: dict[str, int]
    blockers: tuple[str, ...]


def current(session: Session) -> Closing | None:
    """Return the closing that was announced last and not called off; a shop that has closed stays closed."""
    chosen = select(Closing).where(Closing.called_off_at.is_(None))
    return session.scalar(chosen.order_by(Closing.id.desc()).limit(1))


def require_selling(session: Session) -> None:
    """Raise ConflictError once it was announced that the shop closes: nobody new is taken in."""
    if current(session) is not None:
        raise ConflictError("This shop is closing. It takes no orders any more.")


def blockers(session: Session) -> list[str]:
    """Return the numbers of orders that are still under way: first they are sent, or cancelled."""
    waiting = (Order.state.in_(_UNDER_WAY), Order.delivered_at.is_(None))
    return list(session.scalars(select(Order.number).where(*waiting).order_by(Order.id)))


def people(session: Session) -> list[tuple[str, ...]]:
    """Return whom the shop still knows, each as the units that belong to them; no record is opened for it."""
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for buyer_id in session.scalars(select(Buyer.id).order_by(Buyer.id)):
        found.append((f"account:{buyer_id}", *orders.units_of_buyer(session, buyer_id)))
        seen.update(found[-1])
    by_mailbox: dict[str, list[str]] = {}
    for unit, digest in session.execute(_of_guests()):
        if unit not in seen:
            by_mailbox.setdefault(digest.hex(), []).append(unit)
            seen.add(unit)
    rest = (SealedRow.unit.like("order:%"), SealedRow.unit.not_in(seen))
    alone = session.scalars(select(SealedRow.unit).where(*rest).distinct().order_by(SealedRow.unit))
    return [*found, *(tuple(units) for units in by_mailbox.values()), *((unit,) for unit in alone)]


def _of_guests() -> Select[str, bytes]:
    newest_first = (BlindIndex.version.desc(), BlindIndex.unit)
    chosen = select(BlindIndex.unit, BlindIndex.digest).where(BlindIndex.field == "order.contact.email")
    return chosen.order_by(*newest_first)


def plan(session: Session) -> Plan:
    """Return what closing would do now; nothing changes."""
    keys = left()
    return Plan(
        len(people(session)),
        _counted(unit.partition(":")[0] for unit in {unit for unit, _kind in keys}),
        _counted(kind for _unit, kind in keys),
        tuple(blockers(session)),
    )


def left() -> list[tuple[str, str]]:
    """Return unit and kind of every key that closing destroys."""
    with keyring_reading() as session:
        rows = session.execute(select(Key.unit, Key.kind).order_by(Key.unit, Key.kind)).all()
    return [(unit, register.whole(kind)) for unit, kind in rows if unit.partition(":")[0] not in SPARED]


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
