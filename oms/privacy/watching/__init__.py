"""Watching who looks at people: alerts for unusually many, roles that nobody uses."""
