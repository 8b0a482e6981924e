"""Mails about what was sent: a parcel on its way, and money that came too late."""
