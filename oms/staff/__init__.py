"""People at the desk: staff, roles, second factor, sessions. Neighbors: every desk page."""
