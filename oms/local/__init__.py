"""The development machine: embedded Postgres and Valkey, stand-ins for outside parties, the launcher of `make run`. Never in production."""
