"""Stock at the desk: levels by SKU and warehouse, the ledger that explains them, and bookings by hand."""
