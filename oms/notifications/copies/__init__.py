"""Telling somebody that the copy of their data is ready: a link, and nothing personal."""
