"""Search over products by the words of one language; Chinese by pairs of characters."""
