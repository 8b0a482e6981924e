"""Orders at the desk: the list, which names nobody, and the page of one order."""
