"""Mails about suspected children: to them, and to a guardian."""
