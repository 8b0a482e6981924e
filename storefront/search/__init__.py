"""Finding goods by words."""
