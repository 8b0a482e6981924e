"""Values for the sample of every component."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.components.values.shared import CARDS, RECORD, image, page


class AddressForm(Form):
    """A form with one field of each look."""

    name = StringField("Name on the parcel", [InputRequired("Enter the name that goes on the parcel.")])
    postcode = StringField("Postcode", [InputRequired("Enter the postcode.")])
    city = StringField("City", [InputRequired()])
    country = SelectField(
        "Country", choices=[SelectChoice("NL", "Netherlands"), SelectChoice("DE", "Germany")]
    )
    news = BooleanField("Write to me when it is back")
    speed = RadioField(
        "Which parcel service?", choices=[SelectChoice("post", "Post"), SelectChoice("express", "Express")]
    )
    note = TextAreaField("A line for the packing slip")


def filled() -> AddressForm:
    """The form as it comes back with two things wrong."""
    form = AddressForm(MultiDict({"city": "Leiden", "country": "NL", "speed": "post"}))
    form.validate()
    return form


CHIPS = [
    ("to pick", "todo"),
    ("packed", "moving"),
    ("delivered", "done"),
    ("awaiting payment", "waiting"),
    ("exception", "wrong"),
    ("late", "late"),
    ("counterfoil", "gone"),
]


OFFERS = {"channel": "Mail", "title": "Offers by mail", "state": "off", "fields": {"purpose": "promotions"}}


def kit() -> dict[str, Any]:
    """Everything the sample page shows."""
    return {
        **page("Components"),
        "trail": [("Home", "/"), ("Paper", "/collections/paper"), ("Field notebook", "")],
        "form": filled(),
        "flashes": [("good", "Saved.")],
        "chips": CHIPS,
        "kinds": [{"title": "Offers", "why": "We send none.", "cells": [OFFERS]}],
        "record": RECORD,
        "torn": {**RECORD, "let_go": "What we let go"},
        "methods": [
            {
                "value": "post",
                "label": "Post, 26 to 27 November",
                "note": "Signed for by nobody",
                "amount": "€5.60",
            },
            {
                "value": "express",
                "label": "Express, 24 November",
                "note": "",
                "amount": "€14.00",
                "disabled": True,
            },
        ],
        "events": [
            {"text": "Order placed", "when": "22 November, 10:12"},
            {"text": "The carrier could not find the door", "when": "26 November, 9:40", "kind": "wrong"},
            {"text": "Delivered", "when": "", "kind": "ahead"},
        ],
        "option": {
            "name": "color",
            "label": "Color",
            "values": [
                {"value": "green", "label": "Moss", "selected": True, "gone": False, "color": "#3d7a4d"},
                {"value": "blue", "label": "Carbon", "selected": False, "gone": True, "color": "#1f4f91"},
            ],
        },
        "products": CARDS,
        "goods": [
            {
                "name": "Field notebook",
                "url": "/",
                "choice": "Moss",
                "quantity": "1",
                "amount": "€12.50",
                "image": image("notebook", ""),
            },
        ],
        "pages": {
            "summary": "1 to 24 of 48",
            "before": "",
            "after": "?page=2",
            "numbers": [("1", "", True), ("2", "?page=2", False)],
        },
        "groups": [
            {
                "name": "ruling",
                "label": "Ruling",
                "choices": [
                    {"value": "dot", "label": "Dot grid", "count": "12", "selected": True},
                    {"value": "plain", "label": "Plain", "count": "7", "selected": False},
                ],
            },
        ],
        "columns": [
            {"label": "Order", "sort": "?sort=number", "direction": "descending"},
            {"label": "State"},
            {"label": "To", "aside": True},
            {"label": "Total", "end": True},
        ],
        "rows": [
            ("7KQ2-M4XD", "to pick", "todo", "NL·23", "€31.70"),
            ("H6TN-2C8W", "delivered", "done", "JP·53", "¥14,300"),
        ],
        "person": {
            "masked": [("Name", "A··· L·····"), ("Street", "NL, 23··")],
            "shown": [],
            "seconds": 60,
            "away": "/",
        },
        "images": [
            image("notebook", "A green notebook"),
            image("ink", "A bottle of ink", "b"),
            image("pencil", "A pencil", "c"),
        ],
        "slip": {
            "lang": "en",
            "number": "7KQ2-M4XD",
            "words": {
                "title": "Packing slip",
                "about": "Counterfoil Stationers · Leiden · 22 November 2026",
                "columns": ("Quantity", "Goods", "SKU"),
                "note": "",
            },
            "lines": [{"quantity": "2", "name": "Pencil", "choice": "2B", "sku": "PC-CEDAR-2B"}],
        },
        "label": {
            "sender": ["Counterfoil Stationers", "2311 EZ Leiden"],
            "to": ["Ada Lind", "Rapenburg 70", "2311 EZ Leiden"],
            "number": "7KQ2-M4XD",
            "service": "Post",
        },
    }
