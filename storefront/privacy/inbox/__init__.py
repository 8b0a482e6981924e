"""The in-site inbox on the pages of one's data: what the shop wrote, read and marked as read."""
