"""What is sold: markets, products, variants, SKUs, prices, media, collections. Neighbors: pricing quotes it, inventory counts it."""
