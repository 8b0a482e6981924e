"""Telling recipients to forget somebody too: by their own way where they have one, else by hand."""
