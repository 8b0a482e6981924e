"""Profit of a period, by SKU and by order: each cent of it is an entry of the books."""
