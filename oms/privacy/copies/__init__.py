"""Copies of a person's data: built in the background, taken once, gone after three days at most."""
