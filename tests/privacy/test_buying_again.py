"""Who was erased may buy again as new: the same mailbox, and nothing leads to what was before (B03, E6)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import cast, or_, select, text
from sqlalchemy.types import Text

from oms.kernel import jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Base, Role, reading
from oms.orders.models import Order
from storefront.app import create_store
from tests.fakes import Party
from tests.forgetting import proven
from tests.make import Shop
from tests.people import Mailbox, Visitor, words
from tests.storefront.checkout.test_checkout import add, pay, session_of

Measured = Callable[..., None]
ADA = "ada@shop.test"


def signed_in(client: FlaskClient) -> Visitor:
    visitor = Visitor(client)
    visitor.send("/account/sign-in", email=ADA)
    assert visitor.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    return visitor


def bought(client: FlaskClient, stripe: Party) -> Order:
    """A clock for Ada, bought at a browser and paid."""
    add(client)
    answer = pay(client)
    assert answer.status_code == 303, answer.text
    stripe.pay(session_of(answer))
    with reading(Role.WEB) as session:
        number = session.scalars(select(Order.number).order_by(Order.id.desc())).first()
    assert "paid" in words(Visitor(client).get(f"/orders/{number}"))
    jobs.drain()
    with reading() as session:
        return session.scalars(select(Order).where(Order.number == number)).one()


def names_of(order: Order) -> set[str]:
    """Every random word that leads to an order's person: subject, keys, sealed rows, basket, account."""
    with reading(Role.MIGRATE) as session:
        asked = text("SELECT id, key_id, subject_id FROM personal.sealed WHERE unit = :unit")
        found = {str(one) for row in session.execute(asked, {"unit": order.unit}) for one in row}
    hashed = "" if order.placement_hash is None else order.placement_hash.hex()
    return {*found, hashed} - {"", "None"}


def rows_with(word: str) -> list[str]:
    """The tables with a row in which a word is written anywhere."""
    found = []
    with reading(Role.MIGRATE) as session:
        for table in Base.metadata.sorted_tables:
            told = or_(*(cast(column, Text).contains(word, autoescape=True) for column in table.c))
            if session.execute(select(table).where(told).limit(1)).first():
                found.append(table.name)
    return found


def person_of(order: Order) -> dict[str, Any]:
    with reading() as session:
        found = session.get_one(Order, order.id)
        subject: UUID | None = vault.subject_of(session, found.unit)
        return {"buyer": found.buyer_id, "cart": found.cart_id, "subject": subject}


@pytest.mark.parametrize("has_account", [False, True], ids=["guest", "account"])
def test_who_was_erased_buys_and_registers_as_new(  # noqa: PLR0913 - a whole shop
    small: Shop,
    store: FlaskClient,
    stripe: Party,
    settings: Settings,
    measured: Measured,
    *,
    has_account: bool,
) -> None:
    if has_account:
        signed_in(store)
    first = bought(store, stripe)
    before, names = person_of(first), names_of(first)
    assert len(names) >= 3
    assert [name for name in names if not rows_with(name)] == []
    visitor = Visitor(store) if has_account else proven(store, ADA)
    assert visitor.send("/your-data/delete", way="now").status_code == 303
    jobs.drain(scheduled=True)
    assert person_of(first) == {"buyer": None, "cart": None, "subject": None}

    again = create_store(settings).test_client()
    second = bought(again, stripe)
    after = person_of(second)
    assert after["subject"] is not None
    assert after["subject"] != before["subject"]
    assert after["cart"] != before["cart"]
    assert second.number != first.number
    newcomer = signed_in(create_store(settings).test_client())
    page = words(newcomer.get("/your-data/"))
    assert second.number in page
    assert first.number not in page
    assert first.number not in words(newcomer.get("/account/"))
    old = f"/orders/{first.number}"
    anybody = Visitor(create_store(settings).test_client())
    assert words(newcomer.get(old)) == words(anybody.get(old))
    assert "Rapenburg" not in newcomer.get(old).text
    left = {name: rows_with(name) for name in names if rows_with(name)}
    figure = f"{len(left)} of {len(names)} words of before lead anywhere after buying and registering again"
    measured("B03", figure, passed=not left)
