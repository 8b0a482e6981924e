"""What the three marketplaces share: whose keys open it, what is revoked, orders, the book of calls."""

import base64
import hmac
import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from oms.local.outside.envelope import Call, Envelope, Refusal
from oms.local.outside.faults import Faults
from oms.local.outside.keys import Saved
from oms.local.outside.store import Store
from oms.local.outside.work import Json, Search, Work

Action = Callable[[Work], Json]
_PAGE = 100


@dataclass(frozen=True)
class Asked:
    """What a call is: about which order, with a token for one resource or one person's address alone."""

    order: str = ""
    restricted: bool = False


class Market(ABC):
    """One marketplace: its blueprint, its errors, its orders."""

    name: ClassVar[str]
    key: ClassVar[str]
    changed: ClassVar[str]

    def __init__(self, store: Store, faults: Faults, accounts: Mapping[str, Mapping[str, str]]) -> None:
        """Answer for the accounts of this marketplace."""
        self.store = store
        self.accounts = {code: one for code, one in accounts.items() if one["channel"] == self.name}
        self._envelope = Envelope(store, faults, self)

    @abstractmethod
    def blueprint(self) -> Blueprint:
        """Return every served address."""

    @abstractmethod
    def wrong(self, status: int, code: str) -> Refusal:
        """Refuse in the marketplace's own shape."""

    @abstractmethod
    def cancelled(self, now: int) -> Json:
        """Return the fields of an order that is called off."""

    def answer(self, action: Action, asked: Asked = Asked()) -> Response:
        """Do the work of a call, answer it in the envelope, and write it into the book."""
        sent: Any = request.get_json(silent=True) if request.is_json else request.form.to_dict()
        call = Call(request.method, request.path, sent if isinstance(sent, dict) else {})
        response = self._envelope.answer(call, lambda work, _call: action(work), lambda: None)
        told = {
            "market": self.name,
            "method": request.method,
            "path": request.path.removeprefix(f"/{self.name}"),
            "fields": request.args.get("fields", ""),
            "order": asked.order,
            "restricted": asked.restricted,
            "status": response.status_code,
        }
        with self.store.transaction() as work:
            work.put("call", {"id": "call_" + secrets.token_hex(8), **told})
        return response

    def require(self, work: Work, scope: str, status: int, code: str) -> None:
        """Refuse what was revoked: all of it, or this scope."""
        if work.get("revoked", f"revoked:{self.name}:") or work.get(
            "revoked", f"revoked:{self.name}:{scope}"
        ):
            raise self.wrong(status, code)

    def known(self, sent: Mapping[str, Any], names: str, needed: str = "") -> None:
        """Refuse a field that the marketplace does not know, or the lack of one that it needs."""
        if strange := set(sent) - set(names.split()) - set(needed.split()):
            raise self.wrong(400, f"unknown:{min(strange)}")
        if lacking := set(needed.split()) - set(sent):
            raise self.wrong(400, f"missing:{min(lacking)}")

    def put(self, work: Work, raw: Json) -> str:
        """Put an order, or lay fields over one; returns its reference."""
        ref = str(raw[self.key])
        old = work.get(f"{self.name}-order", f"{self.name}:{ref}")
        laid = {**(old["raw"] if old else {}), **raw}
        work.put(f"{self.name}-order", {"id": f"{self.name}:{ref}", "created": work.now, "raw": laid})
        return ref

    def find(self, work: Work, ref: str) -> Json:
        """Return an order as it was put; refuses a reference that names none."""
        found = work.get(f"{self.name}-order", f"{self.name}:{ref}")
        if found is None:
            raise self.wrong(404, "NotFound")
        raw: Json = found["raw"]
        return raw

    def since(self, work: Work, moment: object) -> list[Json]:
        """Return the orders that changed at a moment or later, the oldest change first."""
        listed = [one["raw"] for one in work.find(Search(f"{self.name}-order"))]
        chosen = [raw for raw in listed if raw[self.changed] >= moment]
        return sorted(chosen, key=self._place)

    def page(self, work: Work, found: list[Json], token: str) -> tuple[list[Json], str]:
        """Return a page and the token of the next, empty after the last."""
        if token:
            last = json.loads(base64.urlsafe_b64decode(token))
            found = [raw for raw in found if self._place(raw) > tuple(last)]
        size = (work.get("setting", f"pages:{self.name}") or {"size": _PAGE})["size"]
        if len(found) <= size:
            return found, ""
        place = json.dumps(self._place(found[size - 1])).encode()
        return found[:size], base64.urlsafe_b64encode(place).decode()

    def pass_on(self, work: Work, seconds: int, **about: object) -> str:
        """Give out a pass for so many seconds."""
        value = f"{self.name}-{secrets.token_urlsafe(24)}"
        work.put(f"{self.name}-pass", {"id": value, "until": work.now + seconds, **about})
        return value

    def passed(self, work: Work, value: str) -> Json | None:
        """Return a pass that is good now."""
        found = work.get(f"{self.name}-pass", value)
        return found if found and found["until"] > work.now else None

    def stocked(self, work: Work, sku: str, units: int) -> None:
        """Note how many units there are of something."""
        told = work.get("stock", f"stock:{self.name}:{sku}") or {"times": 0}
        entry = {"market": self.name, "sku": sku, "units": units, "times": told["times"] + 1}
        work.put("stock", {"id": f"stock:{self.name}:{sku}", **entry})

    def shipped(self, work: Work, identifier: str, told: Json) -> None:
        """Note a parcel; the same once more is counted, not repeated."""
        name = f"shipment:{self.name}:{identifier}"
        times = (work.get("shipment", name) or {"times": 0})["times"] + 1
        work.put("shipment", {"id": name, "market": self.name, **told, "times": times})

    def _place(self, raw: Json) -> tuple[Any, str]:
        return raw[self.changed], str(raw[self.key])

    def key_in_use(self, _key: str) -> Refusal:
        """Refuse; no marketplace takes idempotency keys."""
        return self.wrong(409, "key")

    def key_reused(self, _key: str, _saved: Saved, _call: Call) -> Refusal:
        """Refuse; no marketplace takes idempotency keys."""
        return self.wrong(409, "key")

    def key_too_long(self) -> Refusal:
        """Refuse; no marketplace takes idempotency keys."""
        return self.wrong(400, "key")

    def broken(self) -> Json:
        """Return the body of a server error."""
        return self.wrong(500, "InternalFailure").body

    def headers(self, _call: Call) -> Mapping[str, str]:
        """Return the headers of every answer."""
        return {"Cache-Control": "no-store"}


def same(one: str, other: str) -> bool:
    """Say whether two secrets are the same."""
    return hmac.compare_digest(one.encode(), other.encode())
