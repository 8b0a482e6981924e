"""Demand by SKU and day, and the forecasts that are made of it."""
