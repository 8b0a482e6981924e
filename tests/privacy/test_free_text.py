"""What people write in their own words is warned of, holds no card number, and is the first to go."""

from collections.abc import Iterable

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form, TextAreaField
from wtforms.fields import Field

from oms.app import create_desk
from oms.desk.orders.noting.forms import NoteForm
from oms.kernel.config import Settings
from oms.kernel.register import KINDS, Kind
from oms.privacy.asking.forms import EntryForm
from oms.web.fields import no_card_number
from storefront.privacy.asking.forms import AskForm

OURS = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
# Published numbers for tests of payments, as people write them (https://docs.stripe.com/testing).
CARDS = [
    "4242424242424242",
    "4242 4242 4242 4242",
    "5555-5555-5555-4444",
    "378282246310005",
    "6011.1111.1111.1117",
]
HARMLESS = ["4242424242424241", "Order 7KQ2-M4XD-9B", "call 0031 71 123 4567", "1234 5678", "", "0" * 30]


def late_words(kinds: Iterable[Kind]) -> list[str]:
    """Return the free text that does not end before everything else of its unit."""
    known = list(kinds)
    free = [kind for kind in known if any(field.free_text for field in kind.fields)]
    return [
        f"{words.name} outlives {other.name}"
        for words in free
        for other in known
        if other.unit == words.unit
        and other not in free
        and other.retention.at_most <= words.retention.at_most
    ]


@pytest.fixture
def app(shop: None, settings: Settings) -> Flask:
    return create_desk(settings)


class _Box(Form):
    text = TextAreaField(validators=[no_card_number])


def test_free_text_is_the_first_of_its_unit_to_go() -> None:
    assert late_words(OURS) == []
    assert {"order.note", "request.words"} <= {
        kind.name for kind in OURS if any(field.free_text for field in kind.fields)
    }


def test_free_text_that_stays_as_long_as_the_rest_is_seen() -> None:
    late = [KINDS["order.note"], *(kind for kind in OURS if kind.name == "order.delivery")]
    swapped = [
        Kind(
            name=kind.name,
            unit=kind.unit,
            type=kind.type,
            purposes=kind.purposes,
            basis=kind.basis,
            retention=KINDS["order.contact"].retention,
            erase=kind.erase,
            fields=kind.fields,
        )
        for kind in late
    ]

    assert late_words(swapped) == ["order.note outlives order.delivery"]


@pytest.mark.parametrize("text", CARDS)
def test_a_text_with_a_card_number_is_refused(app: Flask, text: str) -> None:
    with app.test_request_context():
        form = _Box(MultiDict({"text": f"please use {text} for it"}))

        assert not form.validate()
        assert [str(error) for error in form.text.errors] == [
            "This looks like the number of a card. Take it out: we never need it."
        ]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_are_let_through(app: Flask, text: str) -> None:
    with app.test_request_context():
        assert _Box(MultiDict({"text": text})).validate()


@pytest.mark.parametrize(("form", "name"), [(NoteForm, "note"), (AskForm, "words"), (EntryForm, "words")])
def test_every_box_for_free_text_refuses_cards(app: Flask, form: type[Form], name: str) -> None:
    with app.test_request_context(method="POST", data={name: CARDS[0]}):
        made = form()
        made.validate()
        box: Field = made[name]

        assert any("number of a card" in str(error) for error in box.errors)
