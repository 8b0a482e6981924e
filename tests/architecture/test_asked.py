"""Every form of the store has its rows, and every row its form: no field is asked for without a reason."""

import pytest
from flask import Flask

from oms.kernel.config import Settings
from oms.web import asked
from oms.web.asked import Sort
from oms.web.forms import Form
from storefront.app import create_store
from storefront.orders.forms import FindForm

# The steps and buttons of pages, which say nothing about anybody.
STEPS = {"step", "remove"}


@pytest.fixture
def the_store(shop: None, settings: Settings) -> Flask:
    return create_store(settings)


def forms_of(app: Flask) -> dict[str, tuple[set[str], set[str]]]:
    """Return for each address the names that it takes, and those that the rows of its forms have."""
    found = {}
    for name, view in app.view_functions.items():
        if hasattr(view, "takes"):
            rows = {row.field for form in view.forms for row in asked.rows() if row.form == _name(form, name)}
            found[name] = (set(view.takes) - STEPS, rows)
    return found


def _name(form: type[Form], endpoint: str) -> str:
    """Return the rows' name of a form; correcting an order makes the checkout's form anew."""
    return "correction" if endpoint == "changing.correct" else form.asks


def test_every_address_of_the_store_takes_what_its_rows_ask_for_and_nothing_else(the_store: Flask) -> None:
    for endpoint, (taken, rows) in forms_of(the_store).items():
        if endpoint == "changing.correct":
            # The same class: what it does not ask for is gone from the form, and refused by it.
            assert rows < taken, endpoint
            continue
        assert taken == rows, endpoint


def test_every_form_in_the_table_stands_somewhere(the_store: Flask) -> None:
    reached = {
        _name(form, name)
        for name, view in the_store.view_functions.items()
        for form in getattr(view, "forms", ())
        if {*dir(form)} - {*dir(Form)}
    }
    assert reached - {""} == asked.forms()


def test_what_the_table_needs_the_form_wants(the_store: Flask) -> None:
    with the_store.test_request_context():
        for view in the_store.view_functions.values():
            for made in getattr(view, "forms", ()):
                for form in [made(facts=frozenset({"unknown"}))] if made.asks else []:
                    for field in form:
                        sort = asked.fields(made.asks, frozenset({"unknown"}))[field.name].sort
                        assert sort is not Sort.NEEDED or field.flags.required, (made.asks, field.name)
                        assert sort is not Sort.FREE or not field.flags.required, (made.asks, field.name)


def test_a_field_without_a_row_is_not_there(the_store: Flask) -> None:
    with the_store.test_request_context(method="POST", data={"number": "7KQ2-M4XD-9B", "email": "a@b.test"}):
        planted = type("Nosy", (FindForm,), {"birthday": FindForm.number})
        assert [field.name for field in planted()] == ["number", "email"]
        assert planted().validate()
