"""Values for the pages that people browse: home, collection, search, product, error."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from tests.components.values.shared import CARDS, NAV, SHOP, card, image, page

MORE = [
    card("Wire stand for letters", "envelope", "€18.00", "", "b"),
    card("Pocket notebook, plain", "notebook", "€8.40", "4 colors", "c"),
    card("Copper green ink", "ink", "€9.80", "50 ml", "a"),
    card("Red and blue pencil", "pencil", "€2.20", "", "b"),
]
SORTS = [("new", "Newest"), ("price", "Price, low first"), ("-price", "Price, high first"), ("name", "Name")]
PAGES = {
    "summary": "1 to 8 of 31",
    "before": "",
    "after": "?page=2",
    "numbers": [
        ("1", "", True),
        ("2", "?page=2", False),
        ("3", "?page=3", False),
        ("4", "?page=4", False),
    ],
}
NO_PAGES: dict[str, Any] = {"summary": "", "before": "", "after": "", "numbers": []}


def home() -> dict[str, Any]:
    """The first page."""
    return {
        **page("", description="Notebooks, inks and envelopes, sent from Leiden and Osaka."),
        "suggestions": [
            {
                "lang": "de",
                "countries": "AT DE",
                "sentence": "Das passt Ihnen vielleicht besser.",
                "label": "Europa · Deutsch",
                "url": "/eu-de/",
            }
        ],
        "intro": {
            "headline": "Paper that keeps.\nA shop that doesn’t.",
            "text": "Notebooks, inks and envelopes, sent from Leiden and Osaka. "
            "We ask for what the parcel needs, and let it go when the parcel has arrived.",
            "promise": "What this shop does not do",
        },
        "collections": [
            {
                "title": "Paper",
                "text": "To write on, fold, and keep.",
                "url": "/collections/paper",
                "image": image("notebook", "", "a"),
            },
            {
                "title": "Writing",
                "text": "Inks, pens and pencils.",
                "url": "/collections/writing",
                "image": image("ink", "", "b"),
            },
            {
                "title": "Post",
                "text": "For letters that travel.",
                "url": "/collections/post",
                "image": image("envelope", "", "c"),
            },
        ],
        "fresh": CARDS,
        "fresh_url": "/collections/new",
        "promises": [
            {
                "title": "It does not ask for an account",
                "text": "An address for the parcel and an e-mail to say where it is. Nothing else.",
            },
            {
                "title": "It does not remember",
                "text": "Name and street go 30 days after delivery. You see the date before you pay.",
            },
            {
                "title": "It does not tell",
                "text": "The carrier gets the label, the bank gets the amount. Your order page lists both.",
            },
        ],
    }


def listing() -> dict[str, Any]:
    """A collection of goods with two facets."""
    return {
        **page("Paper"),
        "trail": [("Home", "/"), ("Paper", "")],
        "heading": "Paper",
        "text": "To write on, fold, and keep.",
        "products": [*CARDS, *MORE],
        "count": "31 products",
        "first_row": 4,
        "sorts": SORTS,
        "sort": "new",
        "kept": [],
        "facets_kept": {},
        "clear": "/collections/paper",
        "facets_open": False,
        "facets": [
            {
                "name": "ruling",
                "label": "Ruling",
                "choices": [
                    {"value": "dot", "label": "Dot grid", "count": "12", "selected": True},
                    {"value": "line", "label": "Lined", "count": "9", "selected": False},
                    {"value": "plain", "label": "Plain", "count": "10", "selected": False},
                ],
            },
            {
                "name": "stock",
                "label": "Stock",
                "choices": [{"value": "now", "label": "Ready to send", "count": "28", "selected": False}],
            },
        ],
        "pages": PAGES,
    }


def listing_without_a_match() -> dict[str, Any]:
    """A collection narrowed down to nothing."""
    return {**listing(), "products": [], "count": "0 products", "pages": NO_PAGES}


def results() -> dict[str, Any]:
    """Goods found by a word."""
    return {
        **page("Search", robots="noindex"),
        "q": "notebook",
        "count": "8 products",
        "products": [*MORE, *CARDS],
        "sorts": SORTS,
        "sort": "new",
        "kept": [("q", "notebook")],
        "pages": NO_PAGES,
        "ideas": [],
        "meant": None,
    }


def no_results() -> dict[str, Any]:
    """A word that nothing is called."""
    ideas = [("Paper", "/collections/paper"), ("Writing", "/collections/writing")]
    meant = ("notebook", "/search?q=notebook")
    return {
        **results(),
        "q": "noetbook",
        "products": [],
        "count": "0 products",
        "ideas": ideas,
        "meant": meant,
    }


def product() -> dict[str, Any]:
    """A notebook in three colors and two rulings."""
    return {
        **page("Field notebook"),
        "trail": [("Home", "/"), ("Paper", "/collections/paper"), ("Field notebook", "")],
        "product": {
            "name": "Field notebook",
            "subtitle": "Lies flat, fits a coat pocket, survives one.",
            "images": [
                image("notebook", "Moss green notebook with a cream label"),
                image("notebook", "The spine", "b"),
                image("pencil", "A pencil in its loop", "c"),
            ],
            "transition": "goods-field-notebook",
            "options": [
                {
                    "name": "color",
                    "label": "Color",
                    "values": [
                        {
                            "value": "moss",
                            "label": "Moss",
                            "selected": True,
                            "gone": False,
                            "color": "#3d7a4d",
                        },
                        {
                            "value": "carbon",
                            "label": "Carbon",
                            "selected": False,
                            "gone": False,
                            "color": "#1f4f91",
                        },
                        {
                            "value": "brick",
                            "label": "Brick",
                            "selected": False,
                            "gone": True,
                            "color": "#a8452f",
                        },
                    ],
                },
                {
                    "name": "ruling",
                    "label": "Ruling",
                    "values": [
                        {"value": "dot", "label": "Dot grid", "selected": True, "gone": False, "color": ""},
                        {"value": "plain", "label": "Plain", "selected": False, "gone": False, "color": ""},
                    ],
                },
            ],
            "sku": "NB-FIELD-DOT-GRN",
            "price": "€12.50",
            "price_words": "incl. VAT, plus delivery",
            "price_note": "",
            "before": "",
            "stock": {"word": "Ready to send", "kind": "done"},
            "promise": "With you on 26 or 27 November.",
            "is_sold": True,
            "max_quantity": 12,
            "description": Markup(
                "<p>Ninety-six leaves of 90 g paper, sewn in eight sections, so that it opens flat "
                "on the first page and on the last. Ink dries on it without a ghost on the other side.</p>"
                "<p>The cover is book cloth over gray board; the ribbon is long enough to find.</p>"
            ),
            "box": ["One notebook", "One blotting sheet"],
            "facts": [("Size", "13 × 21 cm"), ("Paper", "90 g, ivory"), ("Weight", "280 g")],
        },
        "delivery_url": "/legal/delivery",
        "related": CARDS,
    }


def sold_out_product() -> dict[str, Any]:
    """The same notebook, gone for the moment."""
    values = product()
    stock = {"word": "Sold out, back on 4 December", "kind": "late"}
    return {**values, "product": {**values["product"], "is_sold": False, "stock": stock, "promise": ""}}


def error() -> dict[str, Any]:
    """A page that is not there."""
    return {
        **page("Not here"),
        "shop": SHOP,
        "nav": NAV,
        "error": {
            "title": "This page is not here",
            "text": "It may have moved, or the address lost a letter on the way.",
            "reference": "F3K9-0T2M",
            "links": [("Home", "/"), ("Search", "/search"), ("Find an order", "/orders")],
        },
    }
