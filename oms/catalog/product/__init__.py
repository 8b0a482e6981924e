"""One product as shoppers see it."""
