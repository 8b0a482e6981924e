"""Taking goods from their shelves: pick lists for a wave of fulfillment orders; they name nobody."""
