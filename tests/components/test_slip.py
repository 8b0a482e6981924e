"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_packing_slip_names_no_person_and_no_price() -> None:
    slip = {
        "lang": "de",
        "number": "7KQ2",
        "words": {
            "title": "Lieferschein",
            "about": "Counterfoil · Leiden · 22. November 2026",
            "columns": ("Menge", "Ware", "SKU"),
            "note": "",
        },
        "lines": [{"quantity": "2", "name": "Pencil", "choice": "2B", "sku": "PC-2B"}],
    }
    html = called("slip", "packing_slip", slip)
    assert '<td class="end num">2</td><td>Pencil <small>2B</small></td>' in html
    assert '<article class="slip" lang="de">' in html
    assert "<h1>Lieferschein</h1>" in html


def test_an_address_label_says_from_and_to() -> None:
    label = {"sender": ["Leiden"], "to": ["Ada Lind"], "number": "7KQ2", "service": "Post"}
    html = called("slip", "address_label", label)
    assert html.index("<bdi>Leiden</bdi>") < html.index("<bdi>Ada Lind</bdi>")
