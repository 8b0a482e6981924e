"""Asking about one's data in words, and proving the mailbox that asks."""
