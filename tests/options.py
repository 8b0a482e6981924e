"""What a run of the tests may be asked for; apart, so that a run of planted tests need not load the shop."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests be run as who has no grant on any personal table, and every bar of privacy be asked for."""
    parser.addoption("--as-blind", action="store_true", help="sign in as the database role `blind`")
    parser.addoption("--all-bars", action="store_true", help="fail where a bar of privacy was not measured")
