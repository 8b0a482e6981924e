"""What is sold: markets, products, variants, SKUs, prices, media, collections. Priced by pricing."""
