"""The in-site inbox: what the shop wrote to somebody, to be read on their own pages."""
