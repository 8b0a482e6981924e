"""Telling marketplaces that what they sold is on its way, and under which number."""
