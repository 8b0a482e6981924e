"""An empty office in an empty shop."""

import pytest

from tests.people import Office


@pytest.fixture
def office(shop: None) -> Office:
    """Give an empty office in an empty shop."""
    return Office()
