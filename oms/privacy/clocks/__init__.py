"""By when people are answered: the shop's business days, and what each law allows at most."""
