"""People with an account: buyers, sessions, mailbox codes. Neighbors: orders, which also know guests."""
