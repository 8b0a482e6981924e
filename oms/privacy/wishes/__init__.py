"""What somebody may be written to about: a ledger of answers, kept with their order or account."""
