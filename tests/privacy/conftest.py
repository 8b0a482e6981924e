"""The bars of privacy: `measured` for every test here, and the table at the end."""

from tests.privacy.figures import measured, pytest_terminal_summary

__all__ = ["measured", "pytest_terminal_summary"]
