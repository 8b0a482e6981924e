"""What it costs: prices and tax of given lines to a coarse address, as a Quote."""
