"""Objecting to what rests on our interest alone: it stops at once, and is decided."""
