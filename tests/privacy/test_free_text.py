"""What people write in their own words is warned of, holds no card number, and is the first to go."""

import inspect
import re
from collections.abc import Iterable

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import Form, TextAreaField
from wtforms.fields import Field
from wtforms.fields.core import UnboundField

from oms.app import create_desk
from oms.kernel.config import Settings
from oms.kernel.register import KINDS, Kind
from oms.web.fields import no_card_number
from oms.web.forms import Form as OurForm
from storefront.app import create_store

OURS = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
# Published numbers for tests of payments, as people write them (https://docs.stripe.com/testing).
CARDS = [
    "4242424242424242",
    "4242 4242 4242 4242",
    "5555-5555-5555-4444",
    "378282246310005",
    "6011.1111.1111.1117",
]
WARNED = ("health", "card numbers", "about others")
# Both applications are loaded with all of their forms.
assert create_store is not None
HARMLESS = ["4242424242424241", "Order 7KQ2-M4XD-9B", "call 0031 71 123 4567", "1234 5678", "", "0" * 30]


def late_words(kinds: Iterable[Kind]) -> list[str]:
    """Return the free text that does not end before everything else that was given of its unit.

    What the shop worked out itself, and nobody said, may well go sooner.
    """
    known = list(kinds)
    free = [kind for kind in known if any(field.free_text for field in kind.fields)]
    return [
        f"{words.name} outlives {other.name}"
        for words in free
        for other in known
        if other.unit == words.unit
        and other not in free
        and other.source != "the shop"
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


def boxes(of: type[Form] = OurForm) -> dict[str, tuple[type[Form], str]]:
    """Return each box for several lines of every form of store and desk, by form and name."""
    found = {
        f"{of.__module__}:{of.__name__}.{name}": (of, name)
        for name in dir(of)
        if isinstance(box := getattr(of, name), UnboundField) and issubclass(box.field_class, TextAreaField)
    }
    for heir in of.__subclasses__():
        found |= boxes(heir) if heir.__module__.startswith(("oms.", "storefront.")) else {}
    return found


def is_about_nobody(box: str) -> bool:
    """Say whether a box holds order numbers, or what the shop tells everybody of itself."""
    return box.endswith("Form.numbers") or box.startswith(("oms.privacy.notice.", "oms.privacy.breaches."))


def unwarned(page: str) -> list[str]:
    """Return the boxes of a page beside which stands no warning of what not to write."""
    found = []
    for tag in re.findall("<textarea[^>]*>", page):
        told = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        ids = told.get("aria-describedby", "").split()
        beside = " ".join("".join(re.findall(f'id="{one}">([^<]*)<', page)) for one in ids)
        if not all(word in beside for word in WARNED):
            found.append(told["name"])
    return found


ABOUT_PEOPLE = [box for name, box in boxes().items() if not is_about_nobody(name)]


def test_the_walk_over_forms_finds_the_boxes() -> None:
    assert {name.rpartition(":")[2] for name in boxes()} >= {
        *("NoteForm.note", "AskForm.words", "EntryForm.words", "DenialForm.evidence"),
        *("DecisionForm.why", "ObjectionForm.why", "ExportForm.numbers"),
    }
    assert sum(map(is_about_nobody, boxes())) > 10


@pytest.mark.parametrize(("form", "name"), ABOUT_PEOPLE)
def test_every_box_for_free_text_refuses_cards(app: Flask, form: type[Form], name: str) -> None:
    with app.test_request_context(method="POST", data={name: CARDS[0]}):
        made = form()
        made.validate()
        box: Field = made[name]

        assert any("number of a card" in str(error) for error in box.errors)


@pytest.mark.parametrize(("form", "name"), ABOUT_PEOPLE)
def test_every_box_for_free_text_warns_of_what_not_to_write(app: Flask, form: type[Form], name: str) -> None:
    with app.test_request_context():
        shown = get_template_attribute("components/field.html", "field")(form()[name])
    assert (shown.count("<textarea"), unwarned(shown)) == (1, [])


def test_every_page_of_the_store_with_a_box_warns_beside_it(store: FlaskClient) -> None:
    asked = set()
    for rule in store.application.url_map.iter_rules():
        view = inspect.unwrap(store.application.view_functions[rule.endpoint])
        texts = [one for one in boxes().values() if one[0] in getattr(view, "forms", ())]
        if texts:
            asked.add(rule.endpoint)
            page = store.get(rule.rule).text
            assert page.count("<textarea") == len(texts), rule.endpoint
            assert unwarned(page) == [], rule.endpoint
    assert asked == {"asking.ask"}


def test_a_box_without_warning_is_seen() -> None:
    box = '<textarea name="words" aria-describedby="words-why"></textarea>'
    assert unwarned(f'{box}<p class="why" id="words-why">Tell us all.</p>') == ["words"]
    assert unwarned('<textarea name="words"></textarea>') == ["words"]
