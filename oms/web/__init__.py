"""What the store and the desk share of Flask: set-up, security, forms, assets, errors, filters."""
