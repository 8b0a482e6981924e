"""Goods that come back: withdrawals by EU law so far. Neighbors: orders, fulfillment (cancel), payments."""
