"""From a placed order to its delivery: fulfillment orders, pick lists, packing, labels, tracking, cancelling.

Neighbors: orders, inventory and shipping below; returns, support and the desk above. Its stages of life have
a folder each: picking, packing, labels, tracking, and printing for what lies in or sticks on a parcel.
"""
