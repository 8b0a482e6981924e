"""Values for what comes after the purchase: order pages."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired

from tests.components.values.buy import checkout
from tests.components.values.shared import RECORD, image, page

ON_ITS_WAY = {"word": "on its way", "kind": "moving"}
DELIVERED = {"word": "delivered", "kind": "done"}


class FindForm(Form):
    """Number and address of an order."""

    number = StringField("Order number", [InputRequired("Enter the order number, such as 7KQ2-M4XD.")])
    email = EmailField("E-mail", [InputRequired("Enter the e-mail address you ordered with.")])


class SignInForm(Form):
    """The way in for buyers."""

    email = EmailField(
        "E-mail", [InputRequired("Enter your e-mail address.")], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        "Password",
        render_kw={"autocomplete": "current-password"},
        validators=[InputRequired("Enter your password.")],
    )


class CodeForm(Form):
    """The one-time code."""

    code = StringField(
        "Code",
        [InputRequired("Enter the six digits from the mail.")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class ReasonForm(Form):
    """An optional word with a decision."""

    reason = TextAreaField("What was wrong")


def order() -> dict[str, Any]:
    """An order whose parcel is on its way."""
    return {
        **page("Order 7KQ2-M4XD", robots="noindex", switch_to="/market"),
        "flashes": [("good", "Thank you. The order is placed, and a confirmation is on its way to you.")],
        "order": {
            "number": "7KQ2-M4XD",
            "placed": "22 November 2026",
            "state": ON_ITS_WAY,
            "sentence": "Your parcel left Leiden this morning. It should be with you on 26 or 27 November.",
        },
        "record": RECORD,
        "lines": [
            {
                "name": "Field notebook",
                "url": "/products/field-notebook",
                "choice": "Moss, dot grid",
                "quantity": "1",
                "amount": "€12.50",
                "image": image("notebook", "Field notebook"),
            },
            {
                "name": "Iron gall ink",
                "url": "/products/ink",
                "choice": "Carbon blue",
                "quantity": "1",
                "amount": "€9.80",
                "image": image("ink", "Iron gall ink", "b"),
            },
            {
                "name": "Cedar pencil",
                "url": "",
                "choice": "2B",
                "quantity": "2",
                "amount": "€3.80",
                "image": image("pencil", "Cedar pencil", "c"),
            },
        ],
        "events": [
            {"text": "You ordered", "when": "22 November, 10:12"},
            {"text": "Stripe told us that it is paid", "when": "22 November, 10:13"},
            {"text": "Packed in Leiden", "when": "23 November, 8:40"},
            {"text": "Your name and street go", "when": "27 December", "kind": "ahead"},
        ],
        "parcels": [
            {
                "title": "Parcel 1 of 1",
                "carrier": "Hollow Post",
                "tracking": "HP 4471 0092 18",
                "state": ON_ITS_WAY,
                "events": [
                    {"text": "Handed to the carrier", "when": "23 November, 11:05"},
                    {"text": "In the sorting center, Utrecht", "when": "23 November, 22:31"},
                    {"text": "At your door", "when": "26 or 27 November", "kind": "ahead"},
                ],
            }
        ],
        "reach": [
            ("Name", "Ada Lind"),
            ("Street", "Rapenburg 70, 2311 EZ Leiden"),
            ("E-mail", "ada@example.org"),
        ],
        "change_url": "#",
        "change_label": "Correct the e-mail",
        "change_note": "The label is printed, so the address can no longer be changed.",
        "told": [
            {
                "who": "Hollow Post",
                "what": "Name and address",
                "why": "to deliver the parcel",
                "when": "23 November",
            },
            {
                "who": "Stripe",
                "what": "E-mail, amount, order number",
                "why": "to take the payment",
                "when": "22 November",
            },
        ],
        "looks": [{"role": "Service", "why": "You asked a question", "when": "23 November, 9:12"}],
        "actions": [
            {
                "title": "Withdraw",
                "text": "You may change your mind until 10 December.",
                "label": "Withdraw",
                "url": "/orders/7KQ2-M4XD/withdraw",
            },
            {
                "title": "Something is wrong",
                "text": "Damaged, missing or not what you ordered.",
                "label": "Tell us",
                "url": "/orders/7KQ2-M4XD/claim",
            },
        ],
        "messages": [
            {
                "from_us": False,
                "when": "23 November, 9:02",
                "text": "Could you put the ink in its own bag?",
            },
            {
                "from_us": True,
                "when": "23 November, 9:15",
                "text": "It always travels in one. We tightened the cap, too.",
            },
        ],
        "message_url": "/orders/7KQ2-M4XD/messages",
        "message_why": "Read by service only. Gone when your right to return ends.",
        "keep_url": "/account/keep",
        "keep_field": SignInForm().email,
        "copy_url": "/your-data/copy",
        "delete_url": "/your-data/delete",
        "invoice_url": "/orders/7KQ2-M4XD/invoice",
    }


def counterfoil() -> dict[str, Any]:
    """The same order after the person was let go."""
    values = order()
    gone = {"word": "counterfoil", "kind": "gone"}
    sentence = "Delivered on 26 November. What led to you is gone."
    return {
        **values,
        "flashes": [],
        "order": {**values["order"], "state": gone, "sentence": sentence},
        "parcels": [],
        "reach": [],
        "change_note": "",
        "told": [],
        "looks": [],
        "actions": [],
        "messages": [],
        "message_url": "",
        "keep_url": "",
        "invoice_url": "",
    }


def waiting() -> dict[str, Any]:
    """Just back from the payment page, before anybody said that it is paid."""
    values = order()
    asked = {"text": "Usually a few seconds.", "url": "", "again": "/orders/7KQ2-M4XD"}
    return {**values, "flashes": [], "waiting": asked}


def status() -> dict[str, Any]:
    """What a stranger with the address sees."""
    values = order()
    return {
        **page("Order", robots="noindex"),
        "order": values["order"],
        "find_url": "/orders?number=7KQ2-M4XD",
    }


def find() -> dict[str, Any]:
    """The way to an order without an account."""
    form = FindForm(MultiDict({"number": ""}))
    form.validate()
    return {**page("Find an order"), "form": form, "lost_url": "/orders/locked-out"}


class LostForm(FindForm):
    """The order of a lost mailbox."""

    postcode = StringField("Postcode it went to")
    amount = StringField("What you paid in all")


def locked_out() -> dict[str, Any]:
    """The way back for guests, with a sentence and a button."""
    return {
        **page("I have lost this mailbox"),
        "form": LostForm(),
        "sentences": ["This mailbox is yours."],
        "yes": "Ask for it",
        "action": "/orders/locked-out/x",
    }


def decide() -> dict[str, Any]:
    """Cancelling, asked on a page of its own."""
    form = ReasonForm()
    return {
        **page("Cancel the order"),
        "order": {"number": "7KQ2-M4XD"},
        "decision": {
            "title": "Cancel this order?",
            "yes": "Cancel the order",
            "consequences": [
                "We stop packing it.",
                "€31.70 goes back the way it came, usually within five days.",
                "Name, street and e-mail go tonight; the counterfoil stays.",
            ],
        },
        "form": form,
        "fields": [form.reason],
        "back_url": "/orders/7KQ2-M4XD",
    }


def correct() -> dict[str, Any]:
    """The address, before the label is bought."""
    values = checkout()
    return {
        **page("Correct your details"),
        "form": values["form"],
        "order": {"number": "7KQ2-M4XD"},
        "sections": values["sections"],
        "left": "What has left already goes to the address on its label.",
        "back_url": "/orders/7KQ2-M4XD",
    }
