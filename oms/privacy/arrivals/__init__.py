"""Data that somebody brings along from another shop: profile, addresses, past orders, wishes."""
