"""What stands between the shelf and the shoppers: signs, markets, delivery, tax, the small print."""
