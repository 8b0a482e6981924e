"""What erasing would do: what goes, what stays and until when, what is still open; and requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.fulfillment.actions import can_buyer_cancel
from oms.fulfillment.queries import is_on_its_way
from oms.kernel import clock, egress, register, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.errors import NotFoundError
from oms.kernel.money import Money
from oms.kernel.register import Basis, Field, Job, Kind, Purpose
from oms.orders import queries as orders
from oms.orders.models import BOOK_YEARS, Order
from oms.orders.states import OrderState
from oms.payments import queries as payments
from oms.privacy.copies import queries as copies
from oms.privacy.models import PrivacyRequest, RequestEvent, RequestUnit, Telling
from oms.privacy.parcels import queries as parcels
from oms.privacy.retention.queries import DISPUTE_WINDOW
from oms.privacy.states import OPEN, RequestKind, RequestState, Way

_FINISHED = frozenset({OrderState.CLOSED, OrderState.CANCELLED, OrderState.LAPSED})


@dataclass(frozen=True, slots=True)
class Stay:
    """What stays after an erasure: in words of the source language, with ground and last day."""

    what: str
    why: str
    basis: Basis
    until: date


# What is kept of an order and why, in words that each certificate keeps and every language has.
COUNTERFOIL = (
    "The counterfoil: goods, amounts, tax, country",
    "Tax law asks us to keep it. It leads to nobody.",
)
REFERENCE = ("The payment reference", "So that a dispute about the payment can be answered.")


@dataclass(frozen=True, slots=True)
class Going:
    """A kind of record that goes with a unit, and those of its fields that hold something."""

    kind: Kind
    fields: tuple[Field, ...]
    unit: str


class Stage(StrEnum):
    """How far an order has come, as somebody sees it who waits until it is deleted."""

    UNPAID = "unpaid"
    IN_PREPARATION = "in preparation"
    ON_ITS_WAY = "on its way"
    ARRIVED = "arrived"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order still under way: what would come back if it were cancelled, and whether it still can be."""

    number: str
    refund: Money
    is_cancellable: bool
    stage: Stage


@dataclass(frozen=True, slots=True)
class Plan:
    """What erasing some units would do."""

    goes: tuple[Going, ...]
    stays: tuple[Stay, ...]
    recipients: tuple[str, ...]
    open_orders: tuple[OpenOrder, ...]

    @property
    def ways(self) -> tuple[Way, ...]:
        """Return how it can be done: both ways only where every open order can still be cancelled."""
        if not self.open_orders:
            return (Way.NOW,)
        is_free = all(order.is_cancellable for order in self.open_orders)
        return (Way.NOW, Way.LATER) if is_free else (Way.LATER,)


def plan(session: Session, units: Sequence[str]) -> Plan:
    """Return what erasing these units would do, to the person whose they are; nothing changes."""
    found = [order for unit in units if (order := order_of(session, unit))]
    return Plan(
        tuple(one for unit in with_copies(session, units) for one in going(session, unit)),
        tuple(stays(session, found)),
        tuple(dict.fromkeys(name for unit in units for name in recipients_of(session, unit))),
        tuple(_open(session, order) for order in found if not is_finished(order)),
    )


def with_copies(session: Session, units: Sequence[str]) -> list[str]:
    """Return some units, and those of the copies that hold something of them."""
    return [*units, *(copy.unit for copy in copies.about(session, units))]


def kinds_of(unit: str) -> list[Kind]:
    """Return the kinds of records that a unit holds now, in order of their names."""
    now = clock.now()
    names = sorted(name for name, end in parcels.ends(unit).items() if end > now)
    return [register.KINDS[name] for name in names if name in register.KINDS]


def going(session: Session, unit: str) -> list[Going]:
    """Return what a unit holds now: of each kind the fields that were filled."""
    return [Going(kind, _filled(session, kind, unit), unit) for kind in kinds_of(unit)]


def _filled(session: Session, kind: Kind, unit: str) -> tuple[Field, ...]:
    if Purpose.RIGHTS not in kind.purposes:
        return kind.fields
    records = vault.open_each(
        session, kind.type, parcels.whole(unit), purpose=Purpose.RIGHTS, by=SYSTEM.doing(Job.ERASURE)
    ).values()
    return tuple(
        field
        for field in kind.fields
        if any(getattr(record, field.name) not in ("", (), None) for record in records)
    )


def went(certificate: Mapping[str, Any]) -> list[tuple[tuple[Field, ...], int]]:
    """Return what a certificate says has gone: the fields that were filled, kind by kind, and of how many."""
    return [
        (tuple(f for f in kind.fields if f"{name}.{f.name}" in certificate["fields"]), count)
        for name, count in certificate["kinds"].items()
        if (kind := register.KINDS.get(name))
    ]


def recipients_of(session: Session, unit: str) -> list[str]:
    """Return who was told something of a unit; an authority forgets by its own law (GDPR, article 4(9))."""
    told = [row.recipient for row in parcels.told(session, unit)]
    return list(dict.fromkeys(name for name in told if name != egress.AUTHORITY))


def order_of(session: Session, unit: str) -> Order | None:
    """Return the order that a unit belongs to; None for a unit of another sort."""
    sort, _colon, number = unit.partition(":")
    return orders.by_number(session, number) if sort == "order" else None


def countries(session: Session, units: Sequence[str]) -> list[str]:
    """Return the countries that the orders among some units went to."""
    found = [order for unit in units if (order := order_of(session, unit))]
    return sorted({order.country for order in found if order.country})


def is_finished(order: Order) -> bool:
    """Say whether an order needs its person no more: it has ended, or everything has arrived."""
    return order.state in _FINISHED or order.delivered_at is not None


def _open(session: Session, order: Order) -> OpenOrder:
    paid = payments.of_order(session, order.id)
    back = sum(payment.refundable for payment in paid)
    is_cancellable = can_buyer_cancel(session, order)
    return OpenOrder(order.number, Money(back, order.currency), is_cancellable, stage_of(session, order))


def stage_of(session: Session, order: Order) -> Stage:
    """Return how far an order has come."""
    if order.state is OrderState.AWAITING_PAYMENT:
        return Stage.UNPAID
    if order.state in _FINISHED and order.state is not OrderState.CLOSED:
        return Stage.ENDED
    if order.delivered_at is not None:
        is_over = order.returns_end_at is None or order.returns_end_at <= clock.now()
        return Stage.ENDED if is_over else Stage.ARRIVED
    return Stage.ON_ITS_WAY if is_on_its_way(session, order.id) else Stage.IN_PREPARATION


def stays(session: Session, found: Sequence[Order]) -> list[Stay]:
    """Return what of some orders is kept after their people are gone, and the day on which it ends."""
    kept = [order for order in found if order.placed_at]
    if not kept:
        return []
    last = max(order.created_at.year for order in kept) + BOOK_YEARS
    told = [
        Stay(
            *COUNTERFOIL,
            Basis.LEGAL_OBLIGATION,
            date(last, 12, 31),
        )
    ]
    settled = [end for order in kept for end in _references(session, order)]
    if settled:
        told.append(
            Stay(
                *REFERENCE,
                Basis.LEGITIMATE_INTEREST,
                (max(settled) + DISPUTE_WINDOW).date(),
            )
        )
    return told


def _references(session: Session, order: Order) -> list[datetime]:
    return [
        payment.settled_at or payment.created_at
        for payment in payments.of_order(session, order.id)
        if payment.session_ref or payment.intent_ref
    ]


def by_ref(session: Session, ref: str) -> PrivacyRequest:
    """Return the request whose page has this word in its address. Raises NotFoundError."""
    found = session.scalar(select(PrivacyRequest).where(PrivacyRequest.ref == ref))
    if found is None:
        raise NotFoundError("There is no such request. Look for a letter that was lost.")
    return found


def open_requests(session: Session) -> list[int]:
    """Return the ids of proven erasures that are not done, those to be answered first before the others."""
    order = (PrivacyRequest.answer_by, PrivacyRequest.id)
    proven = (RequestState.VERIFIED, RequestState.IN_PROGRESS)
    theirs = (PrivacyRequest.kind == RequestKind.ERASURE, PrivacyRequest.state.in_(proven))
    return list(session.scalars(select(PrivacyRequest.id).where(*theirs).order_by(*order)))


def requests_about(session: Session, units: Sequence[str]) -> list[PrivacyRequest]:
    """Return the requests under way about any of some units, the newest first."""
    theirs = select(RequestUnit.request_id).where(RequestUnit.unit.in_(units))
    return list(
        session.scalars(
            select(PrivacyRequest)
            .where(PrivacyRequest.id.in_(theirs), PrivacyRequest.state.in_(OPEN))
            .order_by(PrivacyRequest.id.desc())
        )
    )


def units_of(session: Session, request_id: int) -> list[RequestUnit]:
    """Return the units that a request is about, as long as it is under way."""
    chosen = select(RequestUnit).where(RequestUnit.request_id == request_id).order_by(RequestUnit.unit)
    return list(session.scalars(chosen))


def events_of(session: Session, request_id: int) -> list[RequestEvent]:
    """Return the moves of a request, in order."""
    chosen = select(RequestEvent).where(RequestEvent.request_id == request_id).order_by(RequestEvent.id)
    return list(session.scalars(chosen))


def tellings_of(session: Session, request_id: int) -> list[Telling]:
    """Return whom a request obliges us to tell, by name."""
    chosen = select(Telling).where(Telling.request_id == request_id).order_by(Telling.recipient)
    return list(session.scalars(chosen))
