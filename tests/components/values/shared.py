"""Values that several sample pages show: the shop, its links, a few goods, one record."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

SHAPES = {
    "notebook": (
        '<rect x="90" y="90" width="230" height="330" fill="#3d7a4d"/>'
        '<rect x="72" y="90" width="34" height="330" fill="#2a5c37"/>'
        '<rect x="150" y="150" width="110" height="52" fill="#f7f5ef"/>'
    ),
    "ink": (
        '<path d="M110 200h180v190a22 22 0 0 1-22 22H132a22 22 0 0 1-22-22z" fill="#1f4f91"/>'
        '<rect x="110" y="260" width="180" height="80" fill="#f7f5ef"/>'
        '<rect x="150" y="110" width="100" height="90" fill="#39404f"/>'
    ),
    "envelope": (
        '<rect x="50" y="160" width="300" height="200" fill="#f7f3e8"/>'
        '<path d="M50 160l150 110 150-110" fill="none" stroke="#b8ae9c" stroke-width="6"/>'
        '<rect x="282" y="180" width="44" height="56" fill="#cf4527"/>'
    ),
    "pencil": (
        '<g transform="rotate(28 200 250)"><rect x="180" y="60" width="42" height="330" fill="#b8801f"/>'
        '<path d="M180 390h42l-21 58z" fill="#efe2c8"/>'
        '<rect x="180" y="44" width="42" height="34" fill="#cf4527"/></g>'
    ),
}


def image(shape: str, alt: str, tile: str = "a") -> dict[str, Any]:
    """A simple drawing for samples, as an address that holds the picture itself."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 500">{SHAPES[shape]}</svg>'
    src = "data:image/svg+xml," + quote(svg)
    return {"src": src, "alt": alt, "width": 400, "height": 500, "tile": tile}


def card(name: str, shape: str, price: str, note: str = "", tile: str = "a") -> dict[str, Any]:
    """One product of a grid."""
    return {
        "url": "/products/" + name.lower().replace(" ", "-").replace(",", ""),
        "name": name,
        "image": image(shape, "", tile),
        "price": price,
        "price_words": "incl. VAT",
        "before": "",
        "note": note,
        "is_gone": note.startswith("sold out"),
        "transition": "goods-" + name.lower().replace(" ", "-").replace(",", ""),
    }


CARDS = [
    card("Field notebook, dot grid", "notebook", "€12.50", "3 colors"),
    card("Iron gall ink, carbon blue", "ink", "€9.80", "50 ml", "b"),
    card("Laid envelopes, C6", "envelope", "€7.20", "pack of 25", "c"),
    card("Cedar pencil, 2B", "pencil", "€1.90", "sold out, back 4 December"),
]
SHOP = {"name": "Counterfoil Stationers", "url": "https://shop.test", "home": "/"}
COLLECTIONS = [
    {"label": "Paper", "url": "/collections/paper", "is_current": False},
    {"label": "Writing", "url": "/collections/writing", "is_current": False},
    {"label": "Desk", "url": "/collections/desk", "is_current": False},
    {"label": "Post", "url": "/collections/post", "is_current": False},
]
NAV = {
    "home": "/",
    "search": "/search",
    "cart": "/cart",
    "cart_count": "/cart/count",
    "cart_lines": "/cart/lines",
    "checkout": "/checkout",
    "orders": "/orders",
    "withdraw": "/withdraw",
    "told": [],
    "account": "/account/",
    "your_data": "/your-data/",
    "privacy": "/privacy",
    "collections": COLLECTIONS,
    "legal": [
        {"label": "Imprint", "url": "/legal/imprint"},
        {"label": "Terms", "url": "/legal/terms"},
        {"label": "Right to withdraw", "url": "/legal/withdrawal"},
    ],
}
MARKETS = [
    {"label": "Europe, English", "lang": "en", "value": "eu-en", "url": "/", "is_current": True},
    {"label": "Europa, Deutsch", "lang": "de", "value": "eu-de", "url": "/eu-de/", "is_current": False},
    {
        "label": "United States, English",
        "lang": "en",
        "value": "us-en",
        "url": "/us-en/",
        "is_current": False,
    },
    {"label": "日本，简体中文", "lang": "zh-Hans", "value": "jp-zh", "url": "/jp-zh/", "is_current": False},
]
RECORD = {
    "keep": "",
    "let_go": "",
    "foot": "",
    "let_go_foot": "",
    "rows": [
        ("Field notebook × 1", "€12.50"),
        ("Iron gall ink × 1", "€9.80"),
        ("Pencil, 2B × 2", "€3.80"),
        ("Post, 26 to 27 November", "€5.60"),
        ("Total", "€31.70", "sum"),
        ("of which VAT 21 %, Netherlands", "€5.50", "note"),
    ],
    "dates": [
        ("Name, street", "27 December 2026"),
        ("E-mail", "14 January 2027"),
        ("Tracking number", "27 December 2026"),
    ],
}


def page(title: str, **more: object) -> dict[str, Any]:
    """What the store's layout needs, for a page of this title."""
    return {
        "page": {"title": title, "lang": "en", "dir": "ltr", "markets": MARKETS, **more},
        "shop": SHOP,
        "nav": NAV,
    }
