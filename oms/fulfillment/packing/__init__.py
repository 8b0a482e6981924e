"""Putting goods into a box: every one is scanned, and what is wrong or missing is refused."""
