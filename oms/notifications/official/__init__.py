"""The mail about what an authority was given."""
