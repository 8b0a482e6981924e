"""What the shop earns and owes: profit by order and SKU, tax by country and rate, the one-stop-shop return.

It knows nobody: everything is reckoned under `blind`, from what stays of an order as its counterfoil.
"""
