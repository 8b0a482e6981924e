"""Telling everybody that the shop closes, and until when a copy can be taken."""
