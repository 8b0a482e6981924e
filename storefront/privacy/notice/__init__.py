"""The notice and its versions: the same page for everybody."""
