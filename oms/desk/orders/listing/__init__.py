"""The list of orders: saved views, filters and the way on, all in its address."""
