"""The last mail to somebody: that they were forgotten. Its mailbox goes when the mail server has taken it."""
