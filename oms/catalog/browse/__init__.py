"""What shoppers look at: lists to narrow down, the home page, a product and its neighbors."""
