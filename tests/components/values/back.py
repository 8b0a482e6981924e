"""Values for the back office: search, settings, refunds, labels by hand."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Form, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from tests.components.values.desk import TO_PICK, desk
from tests.components.values.floor import pick


class GiveBackForm(Form):
    """A refund by line."""

    everything = BooleanField("Everything that is left")
    delivery = BooleanField("Delivery too")
    reason = SelectField(
        "Reason", choices=[SelectChoice("broken", "Broken"), SelectChoice("missing", "Missing")]
    )
    note = TextAreaField("A word to the buyer")


def search() -> dict[str, Any]:
    """One order and one SKU."""
    return {
        **desk("Found"),
        "q": "7KQ2",
        "groups": [
            {
                "title": "Orders",
                "rows": [{"label": "7KQ2-M4XD", "url": "#", "hint": "NL·23", "state": TO_PICK}],
            },
            {"title": "SKUs", "rows": [{"label": "NB-7KQ2", "url": "#", "hint": "Notebook", "state": None}]},
        ],
    }


def no_search() -> dict[str, Any]:
    """Nothing by that name."""
    return {**search(), "groups": []}


def settings() -> dict[str, Any]:
    """How the shop is set up."""
    return {
        **desk("Settings"),
        "markets": [
            {
                "name": "Europe",
                "currency": "EUR",
                "tax": "included",
                "languages": "English, Deutsch",
                "countries": "NL, DE, FR",
            }
        ],
        "methods": [
            {
                "name": "Post",
                "carrier": "Hollow Post",
                "markets": "eu",
                "price": "€5.60",
                "needs": "name, address",
            },
            {
                "name": "Express",
                "carrier": "Hollow Post",
                "markets": "eu",
                "price": "€14.00",
                "needs": "phone too",
            },
        ],
        "parties": [{"who": "Stripe", "what_for": "Payment", "fields": "e-mail", "agreement": "DPA 2026"}],
        "settings": [{"name": "APP_ENV", "value": "development", "note": "Demo accounts are on."}],
    }


def refund() -> dict[str, Any]:
    """Two lines, one typed wrong."""
    line = {"id": "1", "sku": "IN-GALL-BLU-50", "name": "Iron gall ink", "choice": "50 ml", "each": "€9.80"}
    other = {
        "id": "2",
        "sku": "PC-CEDAR-2B",
        "name": "Cedar pencil",
        "choice": "2B",
        "each": "€1.90",
        "most": 2,
    }
    return {
        **desk("Refund 7KQ2-M4XD", "Orders"),
        "order": {"number": "7KQ2-M4XD"},
        "cap": "€31.70 was taken and €0.00 went back, so €31.70 can still go back.",
        "lines": [{**line, "most": 1, "error": "At most 1 can go back."}, {**other, "error": ""}],
        "delivery": "€5.60",
        "form": GiveBackForm(),
        "back_url": "#",
    }


def pick_on_paper() -> dict[str, Any]:
    """The pick list to print."""
    values = desk("Pick list")
    house = {"warehouse": "Leiden", "date": "22 November 2026"}
    return {**values, "page": {**values["page"], "back": "#"}, "pick": pick()["pick"], **house}
