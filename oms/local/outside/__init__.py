"""What the stand-ins for outside parties share: store, idempotency keys, faults, signed webhooks, server.

A stand-in is a process of its own on loopback that plays an outside party (Stripe, a carrier) over that
party's own wire protocol. It keeps a ledger which our code cannot write to except through that protocol, so a
test may use it as its oracle. Nothing of the shop is imported here: what the two sides agree on has to travel
over HTTP.
"""
