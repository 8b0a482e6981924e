"""A text service on loopback: takes texts, reports what became of them, hands on what people answer.

Run: `python -m oms.local.texts --port 0 --state DIR --announce FILE --key KEY --webhook-secret SECRET
--webhook-url http://127.0.0.1:8000/webhooks/texts`, and the shop with `SMS_URL`, `SMS_KEY`, `SMS_SECRET`.

`POST /v1/messages {"phone", "text"}`, with `Authorization: Bearer KEY` and an `Idempotency-Key` (Stripe's
rules, as the carrier's), answers `{"id", "created"}`; any other field is refused with 422. A number that ends
in 0000 is refused for good: 422 `unreachable`. Errors: `{"error": {"code", "message", "field"}}`.

Webhooks, header `Text-Signature: t=<seconds>,v1=<hex>`: `{"id", "type", "created", "data"}` with
`message.delivered` and `message.failed` (`{"key"}`: that of the message) and `message.received` (`{"phone",
"text"}`). An answer of 200 with `{"reply"}` is sent to that phone.

The control door, beside what all stand-ins have (`oms/local/outside/control.py`):

- `POST /_control/messages/<key>/report {"to": "delivered"}` or `"failed"`
- `POST /_control/inbound {"phone", "text"}`: somebody answers
- `GET /_control/ledger`: every message with its key: the oracle
"""
