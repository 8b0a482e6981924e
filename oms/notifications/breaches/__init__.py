"""Telling people of a breach: by mail; where none can come, on the pages of their data."""
