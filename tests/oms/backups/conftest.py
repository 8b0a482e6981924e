"""A shop with a key for backups, and another machine to restore it on."""

from tests.restoring import elsewhere, kept

__all__ = ["elsewhere", "kept"]
