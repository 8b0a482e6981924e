"""Hollow Post, an invented carrier on loopback: rates, labels, voids, tracking and signed tracking webhooks.

Run: `python -m oms.local.carrier --port 0 --state DIR --announce FILE --key TOKEN --webhook-secret SECRET
--webhook-url http://127.0.0.1:8000/webhooks/carriers/hollow-post [--auto-deliver SECONDS]`.

JSON in, JSON out, `Authorization: Bearer TOKEN`, every POST takes an `Idempotency-Key` with Stripe's rules
(the first answer is given again for 24 hours; other fields under it are an error; a running twin is a
conflict). Weights are grams, lengths millimeters, amounts integer minor units, times seconds since 1970 in
UTC. A field that is not listed here is refused with 422 `unknown_field`: a carrier that takes whatever it
is given would hide what we give away.

- `GET /v1/services`: `post` (needs no contact and refuses one) and `express` (needs a phone number)
- `POST /v1/rates {"from": {"country", "postal_code"}, "to": {"country", "postal_code"}, "parcel": PARCEL}`
  -> `{"rates": [{"service", "amount", "currency", "days": [fewest, most]}]}`
- `POST /v1/labels {"service", "reference", "from": ADDRESS, "to": ADDRESS (with "phone" for express),
  "parcel": PARCEL, "customs": CUSTOMS}` -> a label: `{"id": "lbl_…", "object": "label", "tracking_number",
  "service", "reference", "amount", "currency", "status": "purchased", "created", "pdf_url"}`; `customs` is
  needed where the parcel leaves a customs territory (the EU is one) and refused within a country
- `GET /v1/labels/<id>`, `GET /v1/labels?reference=…`, `GET /v1/labels/<id>/pdf` (one page, A6, names in any
  script)
- `POST /v1/labels/<id>/void`: 409 `already_handed_over` once the parcel was picked up
- `GET /v1/tracking/<number>` -> `{"tracking_number", "status", "events": [{"id", "status", "at",
  "country"}]}`

PARCEL: `{"grams", "length_mm", "width_mm", "height_mm"}` (lengths optional). ADDRESS: `name`, `lines` (1 to
3), `country` and, where they exist, `organization`, `sublocality`, `locality`, `region`, `postal_code`,
`sorting_code`. CUSTOMS: `{"contents": "goods"|"gift"|"return", "currency", "lines": [{"description",
"hs_code", "origin", "quantity", "value", "grams"}]}`, `value` and `grams` of one piece.

Errors: `{"error": {"code", "message", "field"}}` with 400, 401, 404, 409 or 422.

Webhooks: `{"id", "type": "parcel.<status>", "created", "data": {"tracking_number", "reference", "status",
"at", "country"}}`, header `Carrier-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over `<seconds>.<raw
body>`. Statuses: picked_up, in_transit, out_for_delivery, delivered, exception, returned.

The control door, for tests (its shared part: `oms/local/outside/control.py`; kinds of fault:
`…/faults.py`):

- `POST /_control/parcels/<tracking>/advance {"to": "delivered"}` walks there step by step and tells each
  step; `"skip": true` goes there at once
- `GET /_control/ledger`: labels and tracking events with idempotency keys: the oracle
- `GET /_control/received`: every byte the carrier was sent
"""
