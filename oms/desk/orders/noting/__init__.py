"""Notes of staff on an order: sealed, shown on its timeline, and in the buyer's own data."""
