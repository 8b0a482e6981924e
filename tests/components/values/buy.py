"""Values for cart and checkout."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.components.values.shared import NAV, RECORD, image, page

COUNTRIES = [("DE", "Germany"), ("NL", "Netherlands"), ("FR", "France")]
ROWS = [
    ("Goods", "€26.10"),
    ("Delivery", "from €5.60", "note"),
    ("Together", "€26.10", "sum"),
    ("incl. VAT 21 %", "€4.53", "note"),
]


class CheckoutForm(Form):
    """The fields of a parcel to the Netherlands."""

    placement_key = HiddenField()
    shown = HiddenField()
    asked = HiddenField()
    email = EmailField("E-mail", [InputRequired("Enter an e-mail address, such as name@example.org.")])
    country = SelectField("Country", choices=[SelectChoice(*pair) for pair in COUNTRIES], default="NL")
    name = StringField(
        "Name on the parcel",
        [InputRequired("Enter the name that is on the door.")],
        render_kw={"autocomplete": "name"},
    )
    street = StringField(
        "Street and number",
        [InputRequired("Enter street and number.")],
        render_kw={"autocomplete": "address-line1"},
    )
    postcode = StringField("Postcode", [InputRequired("Enter the postcode.")])
    city = StringField("City", [InputRequired("Enter the city.")])
    method = RadioField(
        "Delivery", choices=[SelectChoice("post", "Post"), SelectChoice("express", "Express")]
    )


def cart() -> dict[str, Any]:
    """Three lines, one of which changed since yesterday."""
    line = {"url": "/products/x", "max": 12, "note": ""}
    return {
        **page("Cart", switch_to="/market", robots="noindex"),
        "flashes": [],
        "changes": [("warn", "Iron gall ink costs €9.80 now; it was €9.20. The sum below is right.")],
        "lines": [
            {
                **line,
                "name": "Field notebook",
                "choice": "Moss, dot grid",
                "image": image("notebook", ""),
                "url_change": "/cart/lines/1",
                "quantity": 1,
                "each": "",
                "amount": "€12.50",
            },
            {
                **line,
                "name": "Iron gall ink",
                "choice": "Carbon blue, 50 ml",
                "image": image("ink", "", "b"),
                "url_change": "/cart/lines/2",
                "quantity": 1,
                "each": "",
                "amount": "€9.80",
                "note": "The price changed since you put it here.",
            },
            {
                **line,
                "name": "Cedar pencil",
                "choice": "2B",
                "image": image("pencil", ""),
                "url_change": "/cart/lines/3",
                "quantity": 2,
                "each": "€1.90 each",
                "amount": "€3.80",
            },
        ],
        "rows": ROWS,
        "estimate": {
            "countries": COUNTRIES,
            "country": "NL",
            "postcode": "2311",
            "methods": [("Post", "26 to 27 November", "€5.60"), ("Express", "24 November", "€14.00")],
            "error": "",
        },
        "estimate_url": "/cart/estimate",
        "shop_url": "/",
    }


def empty_cart() -> dict[str, Any]:
    """Nothing yet."""
    return {**cart(), "lines": [], "changes": []}


def checkout_form(*, wrong: bool) -> CheckoutForm:
    """The form as it comes, or as it comes back with two things missing."""
    if not wrong:
        return CheckoutForm(MultiDict({"country": "NL", "method": "post"}))
    form = CheckoutForm(
        MultiDict({"email": "ada@example.org", "country": "NL", "city": "Leiden", "method": "post"})
    )
    form.validate()
    return form


def checkout(*, wrong: bool = False) -> dict[str, Any]:
    """A guest's parcel to the Netherlands."""
    form = checkout_form(wrong=wrong)
    none = {"why": "", "hint": "", "width": ""}
    return {
        **page("Checkout", switch_to="/market", robots="noindex"),
        "nav": NAV,
        "form": form,
        "cart_url": "/cart",
        "sections": [
            {
                "title": "How do we reach you?",
                "fields": [
                    {
                        **none,
                        "f": form.email,
                        "why": "To confirm your order. Gone when your right to return ends.",
                    }
                ],
            },
            {
                "title": "Where should it go?",
                "fields": [
                    {
                        **none,
                        "f": form.country,
                        "why": "For the carrier, and for the tax. The country stays on the counterfoil.",
                    },
                    {**none, "f": form.name, "why": "For the carrier. Gone 30 days after delivery."},
                    {
                        **none,
                        "f": form.street,
                        "why": "For the carrier, once, on the label. Gone 30 days after delivery.",
                    },
                    {**none, "f": form.postcode, "width": "third"},
                    {**none, "f": form.city, "width": "two-thirds"},
                ],
            },
        ],
        "method_field": form.method,
        "method": "post",
        "methods": [
            {
                "value": "post",
                "label": "Post",
                "note": "26 or 27 November, into the letter box",
                "amount": "€5.60",
            },
            {
                "value": "express",
                "label": "Express",
                "note": "24 November; needs a phone number",
                "amount": "€14.00",
            },
        ],
        "record": RECORD,
        "pay_text": "Pay €31.70",
        "pay_note": "On Stripe’s page. We learn that it was paid, and nothing about your card.",
        "legal": [
            Markup(
                'You buy from Counterfoil Stationers under our <a href="/legal/terms">terms</a>. You have '
                '<a href="/legal/withdrawal">14 days to change your mind</a>.'
            )
        ],
    }


def interrupted() -> dict[str, Any]:
    """The payment page did not open."""
    return {
        **page("Checkout", robots="noindex"),
        "order": {"number": "7KQ2-M4XD", "until": "until 11:15"},
        "retry_url": "/checkout/again",
        "cart_url": "/cart",
    }


def refused_checkout() -> dict[str, Any]:
    """The same with two things missing."""
    return checkout(wrong=True)
