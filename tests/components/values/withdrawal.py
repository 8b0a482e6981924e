"""Values for withdrawing from a contract, and for the desk's list of who did."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, StringField
from wtforms.validators import InputRequired

from tests.components.values.shared import page

GOODS = ["Field notebook × 1", "Iron gall ink × 2"]
EXCLUDED = [("Engraved pen", "made for you")]


class StatementForm(Form):
    """Name, contract and mailbox."""

    name = StringField("Your name", [InputRequired("Type your name.")])
    number = StringField("Order number", [InputRequired("Type the number.")])
    email = EmailField("E-mail for the acknowledgment", [InputRequired("Type your e-mail address.")])


WHYS = {"name": "So that it can be told from another’s.", "email": "To send you the acknowledgment."}


def statement() -> dict[str, Any]:
    """The statement about an order that is known."""
    return {
        **page("Withdraw from contract"),
        "form": StatementForm(MultiDict({"name": "Ada Lind", "email": "ada@example.org"})),
        "order": {"number": "7KQ2-M4XD"},
        "until": "Until the end of 14 December 2026.",
        "goods": GOODS,
        "excluded": EXCLUDED,
        "whys": WHYS,
        "back_url": "/orders/7KQ2-M4XD",
    }


def look_up() -> dict[str, Any]:
    """The statement of somebody who comes from the foot of a page, with nothing typed."""
    form = StatementForm(MultiDict({"number": ""}))
    form.validate()
    return {**statement(), "form": form, "order": None, "until": "", "goods": [], "excluded": []}


def confirm() -> dict[str, Any]:
    """The yes."""
    return {
        **page("Confirm withdrawal"),
        "fields": {"name": "Ada Lind", "email": "ada@example.org", "step": "confirm"},
        "order": {"number": "7KQ2-M4XD"},
        "stated": [("Name", "Ada Lind"), ("Contract", "Order 7KQ2-M4XD"), ("To", "ada@example.org")],
        "goods": GOODS,
        "excluded": EXCLUDED,
        "back_url": "/orders/7KQ2-M4XD",
    }


def withdrawn() -> dict[str, Any]:
    """The withdrawal is taken."""
    return {
        **page("You have withdrawn"),
        "order": {"number": "7KQ2-M4XD", "url": "/orders/7KQ2-M4XD"},
        "declared": "22 Nov 2026, 11:04 UTC",
        "refund_by": "6 December 2026",
    }
