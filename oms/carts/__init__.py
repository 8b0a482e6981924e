"""Before the purchase: carts and their lines."""
