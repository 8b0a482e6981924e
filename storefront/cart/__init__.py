"""The cart's pages: what is in it, what changed, what delivery would cost."""
