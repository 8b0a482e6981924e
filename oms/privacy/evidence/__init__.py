"""Evidence: which control is proved by which test, and what it measured last. A result, never a badge."""
