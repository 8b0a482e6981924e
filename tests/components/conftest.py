from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.components.sample_pages import PAGES
from tests.components.serve import served


@pytest.fixture(scope="session")
def sample_browser(browser: Browser) -> Browser:
    """The browser that all tests of this process share: Playwright runs only once in a process."""
    return browser


@pytest.fixture(scope="session")
def sample_address() -> Iterator[str]:
    """Where the sample pages stand."""
    with served(PAGES) as base:
        yield base
