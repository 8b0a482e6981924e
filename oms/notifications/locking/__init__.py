"""The mail that says what was decided about what somebody disputed, before its lock is lifted."""
