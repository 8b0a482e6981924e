"""Forms: trimmed, nothing unasked, no character that no text can hold; and the pages of long lists."""

import pytest
from flask import Flask
from wtforms import FieldList, FormField, IntegerField, PasswordField, StringField
from wtforms import Form as InnerForm
from wtforms.validators import DataRequired

from oms.web.forms import Form
from oms.web.pagination import Asked, Numbered, asked_piece, keyset_of, page_number, url_with

UNASKED = "The form was sent with fields that it does not have. Open the page again."


class _Line(InnerForm):
    sku = StringField("SKU", [DataRequired("Choose a SKU.")])


class _Order(Form):
    name = StringField("Name", [DataRequired("Say your name.")])
    secret = PasswordField("Password")
    quantity = IntegerField("Quantity", default=1)
    lines = FieldList(FormField(_Line))
    also = frozenset({"intent"})


def _posted(app: Flask, **data: str) -> tuple[_Order, bool]:
    with app.test_request_context("/", method="POST", data=data):
        form = _Order()
        return form, form.validate()


def test_what_is_typed_is_trimmed_but_a_password_is_not(small_store: Flask) -> None:
    form, is_good = _posted(small_store, name="  Ada \n", secret=" two words ", quantity=" 3 ")
    assert is_good
    assert (form.name.data, form.secret.data, form.quantity.data) == ("Ada", " two words ", 3)


@pytest.mark.parametrize("name", ["price", "is_paid", "role", "lines", "lines2-0-sku", "buyer_id"])
def test_a_field_that_the_form_does_not_have_is_refused(small_store: Flask, name: str) -> None:
    form, is_good = _posted(small_store, name="Ada", **{name: "1"})
    assert is_good is (name == "lines")
    if name != "lines":
        assert form.summary() == [("", UNASKED)]


def test_the_token_and_the_pressed_button_belong_to_a_form(small_store: Flask) -> None:
    assert _posted(small_store, name="Ada", csrf_token="t", intent="pay")[1] is True


def test_a_character_that_no_text_can_hold_is_refused(small_store: Flask) -> None:
    form, is_good = _posted(small_store, name="A\x00da")
    assert is_good is False
    assert "no text can hold" in form.summary()[0][1]


def test_the_summary_links_each_sentence_to_its_field_also_inside(small_store: Flask) -> None:
    form, is_good = _posted(small_store, **{"lines-0-sku": " "})
    assert is_good is False
    assert form.summary() == [("name", "Say your name."), ("lines-0-sku", "Choose a SKU.")]


@pytest.mark.parametrize(
    ("asked", "number"),
    [("", 1), ("2", 2), ("0", 1), ("-1", 1), ("x", 1), ("٣", 1), ("9999999", 1), ("5000", 1000)],
)
def test_a_page_number_is_a_number_or_the_first(small_store: Flask, asked: str, number: int) -> None:
    with small_store.test_request_context(f"/?page={asked}"):
        assert page_number() == number


def test_a_numbered_page_knows_its_neighbors() -> None:
    page = Numbered(("a",), number=5, size=10, total=95)
    assert (page.pages, page.previous, page.next) == (10, 4, 6)
    assert page.window() == [1, 0, 3, 4, 5, 6, 7, 0, 10]
    empty = Numbered[str]((), number=1, size=10, total=0)
    assert (empty.pages, empty.previous, empty.next, empty.window()) == (1, None, None, [1])


def test_the_address_of_another_page_keeps_the_rest(small_store: Flask) -> None:
    with small_store.test_request_context("/things?sort=name&page=2&color=blue&color=red"):
        assert url_with(page=3) == "/things?sort=name&color=blue&color=red&page=3"
        assert url_with(page=None, sort=None) == "/things?color=blue&color=red"


def test_a_keyset_walks_forth_and_back_without_a_gap() -> None:
    rows = list(range(1, 11))

    def piece(asked: Asked) -> tuple[tuple[int, ...], str, str]:
        at = int(asked.key or 0)
        found = [n for n in reversed(rows) if n < at] if asked.is_backwards else [n for n in rows if n > at]
        result = keyset_of(found[:5], 4, str, asked=asked)
        return result.rows, result.before, result.after

    assert piece(Asked("", is_backwards=False)) == ((1, 2, 3, 4), "", "4")
    assert piece(Asked("4", is_backwards=False)) == ((5, 6, 7, 8), "5", "8")
    assert piece(Asked("8", is_backwards=False)) == ((9, 10), "9", "")
    assert piece(Asked("9", is_backwards=True)) == ((5, 6, 7, 8), "5", "8")
    assert piece(Asked("5", is_backwards=True)) == ((1, 2, 3, 4), "", "4")
    assert piece(Asked("10", is_backwards=False)) == ((), "", "")


def test_the_piece_that_an_address_asks_for(small_store: Flask) -> None:
    with small_store.test_request_context("/?before=7"):
        assert asked_piece() == Asked("7", is_backwards=True)
    with small_store.test_request_context("/?after=7"):
        assert asked_piece() == Asked("7", is_backwards=False)
