"""What sold and what will: demand by SKU and day, its forecast, and what to order. Knows nobody."""
