"""Having data locked that somebody disputes: chosen from what is known of them, at once."""
