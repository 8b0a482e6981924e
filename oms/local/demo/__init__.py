"""The demo shop: Counterfoil Stationers, its goods, words and drawings, as plain data."""
