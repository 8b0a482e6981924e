"""Deleting: the plan, the yes, the request under way, and the certificate."""
