"""The page that a mail about an unusual sign-in leads to: that was me, or that was not me."""
