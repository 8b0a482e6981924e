"""A buyer's own pages: signing in with a code, the account, its sessions; a guest's proof of a mailbox."""
