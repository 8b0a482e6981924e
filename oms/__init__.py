"""The system of record: catalog, people, stock, orders, money, parcels and privacy."""
