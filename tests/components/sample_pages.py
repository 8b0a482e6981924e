"""Every page that the press can print from sample values, by its name."""

from __future__ import annotations

from collections.abc import Callable

from tests.components.press import printed
from tests.components.values.kit import kit

PAGES: dict[str, Callable[[], str]] = {
    "kit": lambda: printed("kit.html", kit()),
}
