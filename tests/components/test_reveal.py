"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called

PERSON = {"masked": [("Name", "A··· L·····")], "shown": [], "seconds": 60, "away": "/orders/7"}


def test_a_person_stays_masked_until_somebody_says_why() -> None:
    html = called("reveal", "reveal", "/orders/7/reveal", PERSON, [("carrier", "The carrier asked")])
    assert '<dd class="masked">A··· L·····</dd>' in html
    assert "The buyer can see who looked, when and why." in html
    assert 'name="reason"' in html


def test_what_was_revealed_leaves_by_itself() -> None:
    shown = {**PERSON, "shown": [("Name", "Ada Lind")]}
    html = called("reveal", "reveal", "/orders/7/reveal", shown, [])
    assert 'data-reveal="60"' in html
    assert '<a href="/orders/7" data-hide>Hide now</a>' in html
