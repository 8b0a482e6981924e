"""Backups: data and keyring apart, sealed, read back, and restored without bringing back who was erased.

Nouns: backup (one sealed file), manifest (what it holds, beside it). Neighbors: the vault's gate, tombstones.
"""
