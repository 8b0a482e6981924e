from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.components.sample_pages import PAGES
from tests.components.serve import served
from tests.components.shots import ARGUMENTS


@pytest.fixture(scope="session")
def sample_browser() -> Iterator[Browser]:
    """A browser, or the line to type when there is none."""
    path = shutil.which("chromium")
    assert path, "no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_address() -> Iterator[str]:
    """Where the sample pages stand."""
    with served(PAGES) as base:
        yield base
