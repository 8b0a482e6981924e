"""A stand-in for Stripe on loopback: what the shop calls of its REST API, its pay page, its webhooks.

Run: `python -m oms.local.stripe --port 0 --state DIR --announce FILE --key sk_test_x --webhook-secret
whsec_x --webhook-url http://127.0.0.1:8000/webhooks/stripe`; the base URL is in FILE once it answers. The
official SDK talks to it with `StripeClient(key, base_addresses={"api": url}, …)`.

Served: Checkout Sessions (create, retrieve, list, line_items, expire), Payment Intents (retrieve, list,
cancel, capture), Charges, Refunds, Events, Disputes (and close), Balance Transactions, Payouts. Idempotency
keys, errors, expansion and cursors as docs.stripe.com describes them. Not served, and refused with a
sentence that says so: modes other than `payment`, stored prices, customers, coupons, automatic tax, free
orders.

The control door, for tests (JSON in and out; the shared part is described in
`oms/local/outside/control.py`, the kinds of fault in `…/faults.py`):

- `POST /_control/sessions/<cs>/pay {"card": "4242424242424242", "email": "a@shop.test"}` pays without a
  page; answers `{"outcome": "paid"|"declined"|"requires_action"|"processing"|"authorized"|"closed",
  "session": …}`; `"three_d_secure": "complete"|"fail"` answers the bank's question for card
  4000002760003155; `"delayed": 0` pays by a bank debit that ends with `POST /_control/sessions/<cs>/settle
  {"outcome": "failed"}`
- `POST /_control/faults {"kind": "lose_response", "path": "/v1/checkout/sessions", "count": 1}`; more
  kinds: delay, refuse, error, garbage, drop_webhooks, duplicate_webhooks, reorder_webhooks, slow_webhooks,
  fail_refund, delay_payment; `{"kind": "clock_jump", "seconds": 90000}` lets sessions expire
- `GET /_control/ledger`: sessions, payment_intents, charges, refunds, disputes, balance_transactions,
  payouts, each with the idempotency key it was made under: the oracle
- `GET /_control/received`: every request with its parameters: what Stripe learned
- `POST /_control/refunds {"payment_intent": "pi_…", "amount": 500}`: a refund made at the dashboard
- `POST /_control/refunds/<re>/fail`: a refund fails after all
- `POST /_control/charges/<ch or pi>/dispute {"reason": "fraudulent"}`, `POST /_control/disputes/<dp>/close
  {"status": "won"}`, `POST /_control/payouts {"currency": "eur"}`
- `POST /_control/reset`: everything is forgotten
"""
