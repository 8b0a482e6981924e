"""Collections, products and their pictures."""
