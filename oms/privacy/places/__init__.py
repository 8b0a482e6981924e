"""Where data lies, at the desk: every store and recipient, what lets data go there, and what waits for it."""
