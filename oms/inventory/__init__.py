"""Where things are: warehouses, stock levels, reservations, allocations, the movement ledger, sourcing."""
