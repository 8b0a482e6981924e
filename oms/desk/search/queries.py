"""Reads of the search: orders by number, orders of an exact mailbox, variants by SKU."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.catalog.models import FALLBACK, ProductText, Variant
from oms.kernel import audit, vault
from oms.kernel.audit import Actor
from oms.orders import queries as orders
from oms.orders.models import Order, unit_of
from oms.orders.personal import OrderContact

MOST = 20
LONGEST = 254
NOBODY = "mailbox"


@dataclass(frozen=True, slots=True)
class Sku:
    """A variant as the search shows it."""

    sku: str
    title: str


def mailbox_in(typed: str) -> str:
    """Return the mailbox that was typed, whole; nothing for anything else."""
    try:
        read = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return read.normalized


def order_of(session: Session, typed: str) -> Order | None:
    """Return the placed order of a number, however it was typed."""
    found = orders.by_number(session, typed)
    return found if found is not None and found.placed_at is not None else None


def orders_of_mailbox(session: Session, mailbox: str, *, by: Actor) -> list[str]:
    """Return the numbers of the orders of exactly this mailbox, the newest first; nothing is opened.

    The look is audited about each order found, where its buyer can see it, and once where none was found.
    """
    units = vault.find(session, OrderContact, "email", mailbox)
    numbers = [found.unit.partition(":")[2] for found in units]
    placed = [o.number for o in orders.of_numbers(session, numbers) if o.placed_at is not None]
    subjects = {found.unit: found.subject_id for found in units}
    for number in placed:
        unit = unit_of(number)
        audit.record(
            session, by, "order.find", unit, subject_id=subjects[unit], fields=("order.contact.email",)
        )
    if not placed:
        audit.record(session, by, "order.find", NOBODY, fields=("order.contact.email",))
    return placed


def skus(session: Session, typed: str) -> list[Sku]:
    """Return variants whose SKU begins with what was typed, in order."""
    wanted = typed.upper()
    rows = session.execute(
        select(Variant.sku, func.coalesce(ProductText.title, ""))
        .outerjoin(
            ProductText, (ProductText.product_id == Variant.product_id) & (ProductText.language == FALLBACK)
        )
        .where(func.upper(Variant.sku).startswith(wanted, autoescape=True))
        .order_by(Variant.sku)
        .limit(MOST)
    )
    return [Sku(sku, title) for sku, title in rows]
