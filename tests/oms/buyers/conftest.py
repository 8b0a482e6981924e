"""Somebody with mailboxes in an empty shop."""

import pytest

from tests.people import Mailbox


@pytest.fixture
def mailbox(shop: None) -> Mailbox:
    """Give a person with mailboxes in an empty shop."""
    return Mailbox()
