"""Erasing a person: the plan from the register, carrying it out, and the certificate."""
