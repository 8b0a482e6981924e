"""Saying that one is a child, and the pages of a guardian."""
