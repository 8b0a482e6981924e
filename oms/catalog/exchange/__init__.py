"""Whole catalogs as files: read with every doubt told by row and field, written so that nothing is lost."""
