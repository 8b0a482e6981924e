"""Addresses that machines expect of every site: robots, sitemap, and the well-known ones."""
