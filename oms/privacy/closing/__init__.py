"""The end of the shop: announced, time to take copies, then everybody is let go of, and a certificate."""
