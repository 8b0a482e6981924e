"""Taking a copy: asked for, watched while it is built, taken once."""
