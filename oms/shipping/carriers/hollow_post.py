"""Hollow Post's API, the carrier that the local stand-in plays: labels, voids, status, signatures."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from oms.kernel import inbox
from oms.kernel.errors import UnavailableError
from oms.kernel.http import Answer, Door, UndeclaredError
from oms.kernel.money import Money
from oms.shipping.carriers.wire import Bought, LabelRefusedError, Place, Wanted

# Seconds: a packer waits for the label.
TIMEOUT = 10.0
LARGEST_LABEL = 5_000_000
_CONFLICT, _SERVER = 409, 500
_CUT = 80
_GARBLED = "The carrier's answer cannot be read. It is asked again."
_WORD = re.compile(r"[^A-Za-z0-9_.\[\]]")


@dataclass(frozen=True)
class Client:
    """One carrier account: the guarded door to it, and its token."""

    door: Door
    token: str = field(repr=False)

    def buy(self, wanted: Wanted) -> Bought:
        """Buy a label and fetch its page; a repeated call with the key of the first finds the first."""
        return self._bought(self._call("POST", "/v1/labels", _asked(wanted), key=wanted.key))

    def find(self, reference: str) -> Bought | None:
        """Return the label that was bought under a reference and not voided; it is told nothing new."""
        found = self._call("GET", "/v1/labels", {"reference": reference}).get("labels", [])
        live = [label for label in found if label.get("status") != "voided"]
        return self._bought(live[0]) if live else None

    def _bought(self, label: dict[str, Any]) -> Bought:
        try:
            ref, number, page = str(label["id"]), str(label["tracking_number"]), str(label["pdf_url"])
        except KeyError as error:
            raise UnavailableError(_GARBLED) from error
        return Bought(ref, number, self._page(page), _price(label))

    def void(self, reference: str) -> int:
        """Void whatever was bought under a reference; return how many labels that were."""
        found = self._call("GET", "/v1/labels", {"reference": reference}).get("labels", [])
        for label in found:
            self._call("POST", f"/v1/labels/{label['id']}/void", {}, key=f"void-{label['id']}")
        return len(found)

    def forget(self, reference: str) -> str:
        """Have every label of a reference forgotten; return the words that acknowledge it."""
        found = self._call("GET", "/v1/labels", {"reference": reference}).get("labels", [])
        # Without a key: forgetting twice is forgetting, and a kept refusal would outlive its reason.
        answers = [self._call("POST", f"/v1/labels/{label['id']}/forget", {}) for label in found]
        said = [_WORD.sub("", str(answer.get("acknowledgment", ""))) for answer in answers]
        if not all(said):
            raise UnavailableError(_GARBLED)
        return " ".join(said) or "nothing-known"

    def status(self, number: str) -> str:
        """Return the last word about a parcel."""
        try:
            return str(self._call("GET", f"/v1/tracking/{number}", {}).get("status", ""))
        except LabelRefusedError:
            return ""

    def _page(self, path: str) -> bytes:
        answer = self._send("GET", path, {}, "")
        if not answer.body.startswith(b"%PDF"):
            raise UnavailableError("The carrier sent no label that can be printed. It is asked again.")
        return answer.body

    def _call(self, method: str, path: str, sent: dict[str, Any], *, key: str = "") -> dict[str, Any]:
        found = _read(self._send(method, path, sent, key))
        if not isinstance(found, dict):
            raise UnavailableError(_GARBLED)
        return found

    def _send(self, method: str, path: str, sent: dict[str, Any], key: str) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        asked = f"{path}?{urlencode(sent)}" if sent and method == "GET" else path
        try:
            answer = self.door.ask(method, asked, body=sent if method == "POST" else None, headers=headers)
        except UndeclaredError:
            raise
        except UnavailableError as error:
            raise _away() from error
        if answer.is_good:
            return answer
        said = _refusal(answer)
        if answer.status >= _SERVER or (answer.status == _CONFLICT and said[0] == "key_in_use"):
            raise _away()
        raise LabelRefusedError(said[1])


def connect(address: str, token: str) -> Client:
    """Return a client; it takes no proxy or credentials from the environment."""
    return Client(Door("carrier", address.rstrip("/"), TIMEOUT, LARGEST_LABEL), token)


def _away() -> UnavailableError:
    return UnavailableError("The carrier does not answer. Try again in a moment.")


def _read(answer: Answer) -> Any:  # noqa: ANN401 - whatever the carrier says
    try:
        return answer.json()
    except UnavailableError as error:
        raise UnavailableError(_GARBLED) from error


def _refusal(answer: Answer) -> tuple[str, str]:
    """Return code and words of a refusal: what a carrier says in words may repeat what it was told."""
    try:
        error = answer.json()["error"]
        code, named = _WORD.sub("", str(error["code"])), _WORD.sub("", str(error.get("field") or ""))
    except (UnavailableError, KeyError, TypeError):
        code, named = str(answer.status), ""
    return code, f"The carrier refuses: {code}{f', {named}' if named else ''}."


def _asked(wanted: Wanted) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "service": wanted.service,
        "reference": wanted.reference,
        "from": _place(wanted.sender),
        "to": _place(wanted.to),
        "parcel": {"grams": wanted.grams},
    }
    if wanted.customs:
        lines = [
            {
                "description": line.description[:_CUT],
                "hs_code": line.hs_code,
                "origin": line.origin,
                "quantity": line.quantity,
                "value": line.value,
                "grams": max(1, line.grams),
            }
            for line in wanted.customs
        ]
        asked["customs"] = {"contents": "goods", "currency": wanted.currency, "lines": lines}
    return asked


def _price(label: dict[str, Any]) -> Money | None:
    """Return what a label costs; None where the answer does not say it in whole minor units."""
    amount, currency = label.get("amount"), str(label.get("currency", ""))
    try:
        return Money(amount, currency) if isinstance(amount, int) and amount >= 0 else None
    except ValueError:
        return None


def _place(place: Place) -> dict[str, Any]:
    named = {
        "locality": place.city,
        "region": place.region,
        "postal_code": place.postcode,
        "phone": place.phone,
    }
    given = {name: value for name, value in named.items() if value}
    return {"name": place.name, "lines": list(place.lines), "country": place.country, **given}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a parcel; the tracking number is a person's, the reference is ours."""

    event_id: str
    type: str
    tracking: str = field(repr=False)
    reference: str
    status: str
    at: datetime


def read(body: bytes, signature: str, secrets: tuple[str, ...], *, now: datetime) -> Told:
    """Return a signed event; raises ValueError for a signature that is wrong, too old or of the future."""
    if not inbox.is_signed(body, signature, secrets, now):
        raise ValueError("not signed by this carrier within the last minutes")
    try:
        event = json.loads(body)
        fact = event["data"]
        return Told(
            event_id=str(event["id"]),
            type=str(event["type"]),
            tracking=str(fact["tracking_number"]),
            reference=str(fact["reference"]),
            status=str(fact["status"]),
            at=datetime.fromtimestamp(int(fact["at"]), UTC),
        )
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("not an event of a parcel") from error
