"""Failed work at the desk: effects that gave up, with the way back."""
