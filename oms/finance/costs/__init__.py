"""What goods cost the shop itself: stated with a day, by hand or by file; what nobody stated is unknown."""
