from __future__ import annotations

import pytest

from tests.components.sample_pages import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints_from_exactly_the_values_it_documents(name: str) -> None:
    html = PAGES[name]()
    assert html.startswith("<!doctype html>")
    assert html.count("<h1") >= 1
    assert html.count("<main ") == 1


@pytest.mark.parametrize("name", ["home", "listing", "results", "product", "notice", "legal"])
def test_a_page_cached_for_everybody_carries_no_token(name: str) -> None:
    assert "csrf_token" not in PAGES[name]()
