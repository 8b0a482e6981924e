"""The checkout: one page with the fields that this order needs, then Stripe's page."""
