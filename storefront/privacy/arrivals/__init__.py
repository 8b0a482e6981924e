"""Bringing data along from another shop, for who is signed in."""
