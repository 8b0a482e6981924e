"""The cart: what goes in stays in, and what changed is said at once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel.db import Role, transaction
from tests.make import Shop
from tests.pages import form_with, forms, send

OURS = {"Sec-Fetch-Site": "same-origin"}


def add(store: FlaskClient, sku: str = "RETRO-CLOCK", quantity: int | str = 1) -> int:
    data = {"sku": sku, "quantity": str(quantity)}
    return store.post("/cart/lines", data=data, headers=OURS).status_code


def change(statement: str) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(statement))


def test_an_empty_cart_says_so_and_leads_on(small: Shop, store: FlaskClient) -> None:
    answer = store.get("/cart")
    assert answer.status_code == 200
    assert "Nothing in the cart" in answer.text


def test_what_is_added_is_in_the_cart_with_its_sum(small: Shop, store: FlaskClient) -> None:
    assert add(store, quantity=2) == 303
    assert add(store, "CEDAR-PENCIL") == 303
    page = store.get("/cart").text
    assert "Retro clock" in page
    assert "€31.00 each" in page
    assert "€63.90" in page
    assert store.get("/cart/count").json == {"count": 3}


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_another_site_cannot_fill_the_cart(small: Shop, store: FlaskClient, headers: dict[str, str]) -> None:
    answer = store.post("/cart/lines", data={"sku": "RETRO-CLOCK", "quantity": "1"}, headers=headers)
    assert answer.status_code == 403
    assert store.get("/cart/count").json == {"count": 0}


@pytest.mark.parametrize(
    ("sku", "quantity", "said"),
    [
        ("RETRO-CLOCK", 21, "There are only 20 left"),
        ("RETRO-CLOCK", 0, "between 1 and 999"),
        ("RETRO-CLOCK", "many", "between 1 and 999"),
        ("NO-SUCH-THING", 1, "not sold here"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_reason(
    small: Shop, store: FlaskClient, sku: str, quantity: int | str, said: str
) -> None:
    add(store, sku, quantity)
    assert said in store.get("/cart").text
    assert store.get("/cart/count").json == {"count": 0}


def test_a_line_is_changed_and_taken_out_in_place(small: Shop, store: FlaskClient) -> None:
    add(store)
    page = store.get("/cart")
    send(store, page, "quantity", quantity="3")
    page = store.get("/cart")
    assert "€93.00" in page.text
    send(store, page, "quantity", remove="yes")
    assert "Nothing in the cart" in store.get("/cart").text


def test_the_cart_says_what_changed_and_what_it_did(small: Shop, store: FlaskClient) -> None:
    add(store, quantity=5)
    add(store, "CEDAR-PENCIL", 2)
    add(store, "PLANNER-PDF")
    change("UPDATE stock_levels SET on_hand = 3 WHERE on_hand = 20")
    change("UPDATE prices SET amount = 210 WHERE amount = 190")
    change("UPDATE products SET status = 'draft' WHERE handle = 'planner-pdf'")
    page = store.get("/cart").text
    assert "There are only 3 Retro clock left. We changed the quantity." in page
    assert "Cedar pencil costs €2.10 now; it was €1.90. The sum is right." in page
    assert "is not sold here any more. We took it out." in page
    assert "€97.20" in page
    assert "We changed the quantity" not in store.get("/cart").text


def test_delivery_is_estimated_from_country_and_postcode_alone(small: Shop, store: FlaskClient) -> None:
    add(store)
    page = store.get("/cart")
    answer = send(store, page, "postcode", country="DE", postcode="10115")
    assert "Post-eu" in answer.text
    assert "€5.60" in answer.text
    assert set(form_with(page, "postcode")["names"]) == {"csrf_token", "country", "postcode"}
    assert len(forms(answer)) >= 2


def test_a_cart_that_crosses_to_another_market_is_priced_there_without_alarm(
    small: Shop, store: FlaskClient
) -> None:
    change(
        "INSERT INTO markets (code, position, currency, tax_included, default_language, languages, countries,"
        " names) VALUES ('jp', 1, 'JPY', true, 'en', '{en}', '{JP}', '{}')"
    )
    change(f"INSERT INTO prices (variant_id, market_code, amount) VALUES ({small.clock}, 'jp', 4800)")
    add(store)
    page = store.get("/jp-en/cart")
    assert "¥4,800" in page.text
    assert "it was" not in page.text
