"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_an_order_number_is_never_translated() -> None:
    assert called("code", "code", "7KQ2-M4XD") == '<span class="code" translate="no">7KQ2-M4XD</span>'
