"""Reads of unit costs: of one variant, and all of them for a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.catalog.models import Market, Variant
from oms.finance.models import UnitCost
from oms.kernel.money import Money
from oms.privacy.clocks import calendar


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: its number, the SKU, what a unit costs, from which day of the shop on."""

    number: int
    sku: str
    cost: Money
    since: date


def stated(session: Session, variant_id: int | None = None) -> list[Stated]:
    """Return statements by SKU and currency, the newest first; of one variant, or all."""
    found = (
        select(UnitCost, Variant.sku)
        .join(Variant, Variant.id == UnitCost.variant_id)
        .order_by(Variant.sku, UnitCost.currency, UnitCost.valid_from.desc())
    )
    if variant_id is not None:
        found = found.where(UnitCost.variant_id == variant_id)
    day_of = calendar.current().day_of
    return [
        Stated(row.id, sku, Money(row.amount, row.currency), day_of(row.valid_from))
        for row, sku in session.execute(found)
    ]


def variants_of(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """Return the variants of those SKUs that there are."""
    rows = session.execute(select(Variant.sku, Variant.id).where(Variant.sku.in_(list(skus))))
    return {row.sku: row.id for row in rows}


def currencies(session: Session) -> list[str]:
    """Return the currencies that the shop sells in, in order."""
    return sorted(set(session.scalars(select(Market.currency))))


def sku_of(session: Session, variant_id: int) -> str:
    """Return the SKU of a variant."""
    return session.scalars(select(Variant.sku).where(Variant.id == variant_id)).one()
