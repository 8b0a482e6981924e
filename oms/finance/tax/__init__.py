"""Tax of a period by country and rate, and the returns of the one-stop shop: figures to file, no filing."""
