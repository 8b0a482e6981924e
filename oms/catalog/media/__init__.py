"""Pictures and drawings of products: made small, freed of metadata, served by the hash of their content."""
