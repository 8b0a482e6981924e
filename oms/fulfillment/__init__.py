"""Sending: fulfillment orders, picking, packing, shipments, parcels, tracking."""
