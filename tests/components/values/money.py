"""Values for the pages of money: profit, the one-stop shop's return, and what a SKU costs."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.components.values.desk import NO_PAGES, desk

BARE: dict[str, Any] = {"url": "", "is_code": False, "is_strong": False, "chip": None, "post": ""}
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("tabs", "sentences", "sums", "unstated", "tables", "more"), ()),
    "picker": None,
    "schemes": (),
    "download": "",
    "pages": None,
    "form": None,
}


class StateForm(Form):
    """What a unit costs."""

    cost = StringField("What one unit costs you, without tax", [InputRequired()])
    currency = SelectField("Currency", choices=[SelectChoice("EUR", "EUR")])
    since = DateField("For orders from this day on", [InputRequired()])


def cell(text: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a cell
    """One cell of a table."""
    return {**BARE, "text": text, **more}


def heads(first: str, *ends: str) -> list[dict[str, Any]]:
    """The heads of a table whose other columns are figures."""
    return [{"label": first}, *({"label": one, "end": True} for one in ends)]


def _around(current: str) -> dict[str, Any]:
    tabs = ("Profit by SKU", "Profit by order", "Tax", "One-stop shop")
    return {
        "tabs": [{"label": one, "url": "#", "count": "", "is_current": one == current} for one in tabs],
        "picker": {
            "options": [("this-month", "This month"), ("own", "These days")],
            "selected": "this-month",
            "told": "1 Nov 2026 – 30 Nov 2026",
            "first": "2026-11-01",
            "last": "2026-11-30",
        },
        "download": "#",
        "more": [("Unit costs as a file", "#")],
    }


def profit() -> dict[str, Any]:
    """A month, of which one cost is not known."""
    figures = ("€1,240.00", "−€62.00", "−€410.40", "−€31.90", "−€88.50")
    rows = [
        [
            cell("NB-FIELD-DOT-GRN", url="#", is_code=True),
            *(cell(one) for one in ("94", *figures)),
            cell("€647.20", is_strong=True),
        ],
        [
            cell("PC-CEDAR-2B", url="#", is_code=True, chip={"word": "cost unknown", "kind": "late"}),
            *(cell(one) for one in ("7", "€11.06", "€0.00", "€0.00", "−€0.40", "−€1.10")),
            cell("not known", is_strong=True),
        ],
    ]
    told = heads("SKU", "Units", "Revenue", "Sent back", "Goods", "Fees", "Postage", "Profit")
    return {
        **desk("Profit by SKU", "Money"),
        **NOTHING,
        **_around("Profit by SKU"),
        "unstated": [{"label": "PC-CEDAR-2B", "url": "#"}],
        "sums": [
            {
                "title": "EUR",
                "rows": [
                    ("Revenue, without tax", "€1,251.06"),
                    ("Profit", "€647.20", "sum"),
                    ("Tax on it, for the authorities", "€262.72", "note"),
                ],
                "open": ["Nobody has stated what 7 of the units sold cost."],
            }
        ],
        "tables": [{"title": "By SKU", "heads": told, "rows": rows}],
        "pages": NO_PAGES,
    }


def no_profit() -> dict[str, Any]:
    """Days without orders, in a return of the one-stop shop."""
    tables = [{"title": "Supplies", "heads": heads("Consumed in", "VAT"), "rows": []}]
    return {
        **desk("One-stop shop", "Money"),
        **NOTHING,
        **_around("One-stop shop"),
        "schemes": ([("union", "Union scheme, by quarter")], "union"),
        "sentences": ["Figures for the return of Q4.2026. Nothing is filed here."],
        "tables": tables,
    }


def cost() -> dict[str, Any]:
    """What was stated of one SKU."""
    row = [cell("1 Jan 2026"), cell("€4.36", is_strong=True), cell("Take back", post="#")]
    told = [*heads("For orders from", "One unit costs"), {"label": "Take back", "hidden": True, "end": True}]
    return {
        **desk("Cost of NB-FIELD-DOT-GRN: Field notebook", "Money"),
        **NOTHING,
        "tables": [{"title": "Stated costs", "heads": told, "rows": [row]}],
        "form": StateForm(),
    }
