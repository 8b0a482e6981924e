"""The mails about requests: that one was received and how it is proven, and how it ended."""
