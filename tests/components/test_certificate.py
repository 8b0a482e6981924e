"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import RECORD


def test_a_certificate_names_its_number_and_what_went() -> None:
    html = called("certificate", "certificate", "CF-7KQ2", RECORD)
    assert '<span class="code" translate="no">CF-7KQ2</span>' in html
    assert "Name, street" in html
