"""The development machine: embedded services, stand-ins for outside parties, `make run`."""
