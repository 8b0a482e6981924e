"""Telling everybody by mail that the privacy notice will change, 30 days before it does."""
