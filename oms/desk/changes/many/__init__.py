"""The same done to many orders: what will happen to each first, and then what became of each."""
