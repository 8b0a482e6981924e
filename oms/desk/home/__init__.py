"""The first page of the desk: what waits, today's figures, and whether the books are in order."""
