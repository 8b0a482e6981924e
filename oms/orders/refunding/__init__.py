"""Giving money back for an order: what each line can still get, and asking for it, whole or by line."""
