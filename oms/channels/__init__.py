"""Channels: other places that sell our goods: connections, listings, orders, and what they are told.

An order of a marketplace is an order like any other: its goods are held here and sent from here. Its person
stands apart: the address alone is fetched, only while something is to be sent there, and ends a week after it
arrived.
"""
