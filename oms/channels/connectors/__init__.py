"""The marketplaces that we know, each behind the same few functions of `gateway.py`."""
