"""Labels: wanted, bought once, printed, void; the carrier is told what a label needs and no more."""
