"""The pages for guests whose mailbox is gone."""
