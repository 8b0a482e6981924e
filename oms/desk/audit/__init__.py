"""The audit at the desk: who did what, when and why, and whether the chain holds."""
