"""Letting go by the clock: keys whose day has come, rows past their declared life, threads to nobody."""
