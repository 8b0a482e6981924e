"""The face that shoppers see: no tables, no jobs, no rules but presentation's."""
