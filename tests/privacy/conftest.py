"""The bars of privacy: `measured` for every test here, and the table at the end."""

from tests.privacy.figures import measured, pytest_terminal_summary
from tests.restoring import elsewhere, kept

__all__ = ["elsewhere", "kept", "measured", "pytest_terminal_summary"]
