"""How the shop is set up, to read: markets, delivery, who receives data, and what the server was given."""
