"""Our own drawings of the demo shop's goods, one module per kind; ``gallery`` finds them."""
