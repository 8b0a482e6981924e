"""Breaches: who exactly is affected, what they are told in five parts, by when, and what proves it."""
