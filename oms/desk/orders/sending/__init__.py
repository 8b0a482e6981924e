"""How far the sending of orders is: one word for the list, and the parts with their parcels for the page."""
