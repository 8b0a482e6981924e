"""Labels of many boxes: how far each is, and all that are ready as one PDF."""
