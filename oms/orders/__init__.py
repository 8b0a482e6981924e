"""The agreement: orders, their lines, holds and history. Neighbors: fulfillment sends them, payments pays them."""
