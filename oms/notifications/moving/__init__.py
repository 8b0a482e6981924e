"""Mails about moving an order to another mailbox."""
