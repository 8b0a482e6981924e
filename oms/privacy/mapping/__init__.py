"""The register for other people's tools: as a data map of Fides, and in the W3C's privacy vocabulary."""
