"""Requests in words: by form, mail or hand; proven by mailbox and fact; answered, or refused on grounds."""
