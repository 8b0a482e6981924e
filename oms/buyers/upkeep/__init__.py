"""An account as its owner changes it: password, mailbox, profile, closing."""
