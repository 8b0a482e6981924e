"""How products are put before shoppers: categories, collections, what goes well with what."""
