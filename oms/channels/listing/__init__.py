"""How many units marketplaces may sell: what can be promised here, told after each sale. Knows nobody."""
