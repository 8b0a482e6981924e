"""How things travel: shipping methods, rates, carriers, the fields that each carrier needs."""
