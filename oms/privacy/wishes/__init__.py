"""What somebody wants no messages about: objections by channel, kept with their order or account."""
