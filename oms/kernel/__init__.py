"""The ground floor: what every feature stands on; no Flask, no feature."""
