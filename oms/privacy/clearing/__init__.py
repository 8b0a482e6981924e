"""Clearing at night: what the stores' own files still hold of what was deleted by day."""
