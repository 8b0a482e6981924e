"""Faults that a test plants in a stand-in over HTTP: each has a kind, a scope and how often it strikes."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What may go wrong, seen from our side of the wire."""

    DELAY = "delay"  # the answer takes `seconds`; `after_work`: the work is done at once, the answer late
    REFUSE = "refuse"  # `mode` "503" or "429" answers so (`Retry-After`: `seconds`), "close" hangs up
    ERROR = "error"  # answers `status`, kept under the idempotency key; `after_work`: the work is done
    GARBAGE = "garbage"  # the work is done, the answer is no JSON
    LOSE_RESPONSE = "lose_response"  # the work is done, the connection closes without a byte
    DROP_WEBHOOKS = "drop_webhooks"  # never sent
    DUPLICATE_WEBHOOKS = "duplicate_webhooks"  # sent `times` times at once
    REORDER_WEBHOOKS = "reorder_webhooks"  # `times` events are collected (at most `seconds`), sent last first
    SLOW_WEBHOOKS = "slow_webhooks"  # sent `seconds` late
    FAIL_REFUND = "fail_refund"  # Stripe: the refund fails `seconds` after it was created
    DELAY_PAYMENT = "delay_payment"  # Stripe: paid by a method that ends with `outcome` after `seconds`


class BadFault(ValueError):
    """A fault was asked for in a way nobody understands; the text says what to send instead."""


@dataclass
class Fault:
    """One planted fault. `count` None means until cleared; `path`, `method`, `events` narrow it down."""

    kind: Kind
    count: int | None = 1
    path: str = ""
    method: str = ""
    events: str = ""
    seconds: float = 0.0
    times: int = 2
    status: int = 500
    mode: str = "503"
    after_work: bool = False
    outcome: str = "succeeded"

    def covers(self, target: str, method: str) -> bool:
        """Tell whether a request path (or an event type, with an empty method) falls under this fault."""
        if not method:
            return target.startswith(self.events)
        return target.startswith(self.path) and self.method.upper() in {"", method}


def read_fault(sent: Mapping[str, Any]) -> Fault:
    """Build a fault from JSON; raises BadFault naming the field that is wrong."""
    known = {field.name: field.type for field in fields(Fault)}
    for name, value in sent.items():
        if name not in known:
            raise BadFault(f"unknown field {name!r}; known are {', '.join(known)}")
        if not _fits(name, value):
            raise BadFault(f"{name!r} cannot be {value!r}")
    try:
        kind = Kind(str(sent.get("kind", "")))
    except ValueError:
        raise BadFault(f"'kind' must be one of {', '.join(Kind)}") from None
    return Fault(**{**sent, "kind": kind})


def _fits(name: str, value: object) -> bool:
    if name == "count":
        return value is None or (type(value) is int and value > 0)
    if name in {"times", "status"}:
        return type(value) is int and value > 0
    if name == "seconds":
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if name == "after_work":
        return isinstance(value, bool)
    return isinstance(value, str)


class Faults:
    """The faults that are planted now, taken one strike at a time by whoever they hit."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._planted: list[Fault] = []

    def plant(self, fault: Fault) -> None:
        """Add one behind those already there."""
        with self._lock:
            self._planted.append(fault)

    def clear(self) -> None:
        """Heal everything."""
        with self._lock:
            self._planted.clear()

    def planted(self) -> list[dict[str, Any]]:
        """Return what is still planted, with the strikes that are left."""
        with self._lock:
            return [asdict(fault) for fault in self._planted]

    def strike(self, kind: Kind, target: str, method: str = "") -> Fault | None:
        """Use up one strike of the first fault of `kind` that covers the target; None when none does."""
        with self._lock:
            for fault in self._planted:
                if fault.kind is kind and fault.covers(target, method):
                    if fault.count is not None:
                        fault.count -= 1
                        if fault.count == 0:
                            self._planted.remove(fault)
                    return fault
        return None
