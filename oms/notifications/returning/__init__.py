"""Mails about goods that come back: the acknowledgment of a withdrawal."""
