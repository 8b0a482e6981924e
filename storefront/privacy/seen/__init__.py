"""What changed in the notice since the person at this browser last saw it."""
