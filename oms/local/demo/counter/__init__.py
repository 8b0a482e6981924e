"""What stands between the shelf and the shoppers: markets, signs, delivery, tax, the small print."""
