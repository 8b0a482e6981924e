"""Evidence: controls with test and last result, and what others certified. No badge of our own."""
