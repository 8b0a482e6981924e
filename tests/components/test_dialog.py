"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_no_is_as_large_as_yes() -> None:
    html = called(
        "dialog",
        "confirm",
        "Cancel this order?",
        "Cancel the order",
        ("Keep it", "/orders/7"),
        caller=lambda: "",
    )
    assert 'class="button primary large wide"' in html
    assert '<a class="button large wide" href="/orders/7">Keep it</a>' in html


def test_a_dialog_is_named_by_its_title() -> None:
    html = called("dialog", "dialog", "keys", "Keys", caller=lambda: "j k")
    assert 'aria-labelledby="keys-title"' in html
    assert '<h2 id="keys-title">Keys</h2>' in html
