"""Children: suspected, restricted at once, a guardian asked; then lifted, or everything erased."""
