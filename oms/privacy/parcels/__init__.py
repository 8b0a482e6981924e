"""What somebody may ask who got a parcel that another person ordered: to see, and to have forgotten."""
