"""The first page, and what stands around every page."""
