"""Telling somebody at once of a sign-in to their account that is unusual."""
