"""What the law of a market wants to be said: imprint, terms, withdrawal, delivery."""
