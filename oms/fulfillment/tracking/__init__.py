"""What carriers tell of parcels: signed, journaled, applied once, in any order."""
