"""The agreement: orders, lines, holds, history. Neighbors: payments below, fulfillment above."""
