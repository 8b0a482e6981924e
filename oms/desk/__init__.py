"""Pages of the desk that compose several features: home, orders, work queues, search."""
