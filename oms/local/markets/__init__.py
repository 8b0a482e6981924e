"""Three marketplaces on loopback: Amazon under /amazon, Shopify under /shopify, TikTok Shop under /tiktok.

Run: `python -m oms.local.markets --port 0 --state DIR --announce FILE --accounts JSON [--webhook-url
http://127.0.0.1:8000/webhooks/channels/{code}]`; JSON is what `CHANNELS` holds (addresses in it are not
looked at): the keys that open each marketplace.

Each speaks its own protocol as the real one does, and refuses what that refuses: passes that are none or
have ended, signatures that are wrong, tokens for another resource than they were asked for, fields that it
does not know. An address opens on Amazon by a restricted token for exactly its path only. An order is kept
as it was put, persons included; which part of it is told is the marketplace's rule.

The control door, beside what all stand-ins have (`oms/local/outside/control.py`; paths of faults begin with
the marketplace's, such as `/amazon/orders`). MARKET is `amazon`, `shopify` or `tiktok`:

- `POST /_control/markets/MARKET/orders {raw order}`: put an order, or lay fields over one of the same
  reference; Amazon's has its `OrderItems` inside
- `POST /_control/markets/MARKET/cancel {"ref": …}`: the buyer calls it off, now
- `POST /_control/markets/MARKET/revoke {"scope": "orders"|"addresses"|"stock"|"shipments"}`: without a
  scope the whole permission; `POST /_control/markets/MARKET/allow` gives all of it back
- `POST /_control/markets/MARKET/pages {"size": 2}`: how many orders a page holds
- `POST /_control/markets/MARKET/ring {"ref": …, "topic": …, "code": …, "url": …, "body": …}`: send a
  webhook as it signs them, and return `{"status", "headers", "body"}`; without an address nothing is sent
- `GET /_control/ledger`: the oracle: `calls` (market, method, path, order, restricted, status), `stock` by
  market and SKU, `shipments`
"""
