"""Labels: buy, find, void. What a label is bought with is kept for its PDF and shown to nobody else."""

import secrets

from oms.local.carrier import errors, services
from oms.local.carrier.fields import Fields
from oms.local.carrier.services import SERVICES
from oms.local.outside.work import Json, Search, Work

KIND = "label"
_CONTENTS = ("goods", "gift", "return")
_PHONE = r"\+[0-9]{6,15}"
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # check digit of UPU standard S10
_OPTIONAL = ("organization", "sublocality", "locality", "region", "postal_code", "sorting_code")


def buy(work: Work, fields: Fields, auto_deliver: int | None) -> Json:
    """Buy a label; returns it without the address that it was bought with."""
    service = SERVICES[fields.choice("service", tuple(SERVICES))]
    reference = fields.text("reference", 64)
    sender, recipient = fields.child("from"), fields.child("to")
    sent: Json = {"_from": _address(sender), "_to": _address(recipient)}
    if service.needs_phone:
        sent["_to"]["phone"] = recipient.matching("phone", _PHONE, "a phone number like +4930123456")
    for end in (sender, recipient):
        end.end()
    parcel = services.parcel(fields.child("parcel"))
    origin, target = sent["_from"]["country"], sent["_to"]["country"]
    sent["_customs"] = _customs(fields, origin, target)
    fields.end()
    label: Json = {
        "id": "lbl_" + secrets.token_hex(12),
        "object": "label",
        "tracking_number": tracking_number(),
        "service": service.code,
        "reference": reference,
        "amount": service.amount(parcel["grams"], is_abroad=origin != target),
        "currency": services.CURRENCY,
        "parcel": parcel,
        "status": "purchased",
        "created": work.now,
    }
    label["pdf_url"] = f"/v1/labels/{label['id']}/pdf"
    work.put(KIND, {**label, **sent})
    if auto_deliver is not None:
        work.schedule(work.now + auto_deliver, "step", label["tracking_number"])
    return label


def get(work: Work, identifier: str) -> Json:
    """Return a label with its address; raises a Refusal when there is none."""
    label = work.get(KIND, identifier)
    if label is None:
        raise errors.not_found("label")
    return label


def retrieve(work: Work, identifier: str, fields: Fields) -> Json:
    """Return a label as the API shows it."""
    fields.end()
    return outside(get(work, identifier))


def listing(work: Work, fields: Fields) -> Json:
    """Return the labels of a reference, newest first."""
    where = (("reference", "=", fields.text("reference", 64)),)
    fields.end()
    return {"labels": [outside(label) for label in work.find(Search(KIND, where))]}


def void(work: Work, identifier: str, fields: Fields) -> Json:
    """Give a label back unused; a second void finds it voided."""
    fields.end()
    label = get(work, identifier)
    if label["status"] not in {"purchased", "voided"}:
        raise errors.conflict("already_handed_over", "The parcel is on its way; its label cannot be voided.")
    label["status"] = "voided"
    return outside(work.put(KIND, label))


def forget(work: Work, identifier: str, fields: Fields) -> Json:
    """Let go of whom a label was for, and of the requests that told it; a second time finds the first."""
    fields.end()
    label = get(work, identifier)
    if label["status"] not in {"purchased", "voided", "delivered", "returned"}:
        raise errors.conflict("parcel_is_moving", "The parcel is on its way; it is forgotten afterwards.")
    if "forgotten" not in label:
        blank(label)
        label["forgotten"] = "fgt_" + secrets.token_hex(12)
        work.put(KIND, label)
        told = f'%"reference": "{label["reference"]}"%'
        work.run("DELETE FROM received WHERE body LIKE ?", (told,))
    return {"id": identifier, "object": "forgotten", "acknowledgment": label["forgotten"]}


def blank(label: Json) -> None:
    """Take addresses and contents out of a label; number, service and countries stay."""
    for end in ("_from", "_to"):
        if end in label:
            label[end] = {"country": label[end]["country"]}
    if "_customs" in label:
        label["_customs"] = None


def outside(label: Json) -> Json:
    """Return a label without the address that it was bought with."""
    return {name: value for name, value in label.items() if not name.startswith("_")}


def tracking_number() -> str:
    """Return a number of UPU standard S10: two letters, eight digits, a check digit, a country."""
    digits = f"{secrets.randbelow(10**8):08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"HP{digits}{check}XX"


def _address(fields: Fields) -> Json:
    read: Json = {"name": fields.text("name", 100), "lines": fields.texts("lines", 3)}
    read["country"] = fields.country("country")
    for key in _OPTIONAL:
        value = fields.maybe(key)
        if value is not None:
            read[key] = value
    return read


def _customs(fields: Fields, origin: str, target: str) -> Json | None:
    if not fields.has("customs"):
        if services.leaves_customs_territory(origin, target):
            text = f"A parcel from {origin} to {target} must be declared."
            raise errors.wrong("customs", text, "missing_field")
        return None
    if origin == target:
        raise errors.wrong("customs", "Nothing is declared within a country.", "unneeded_field")
    customs = fields.child("customs")
    read: Json = {
        "contents": customs.choice("contents", _CONTENTS),
        "currency": customs.matching("currency", "[A-Z]{3}", "an ISO 4217 code"),
        "lines": [_customs_line(line) for line in customs.children("lines", 50)],
    }
    customs.end()
    return read


def _customs_line(fields: Fields) -> Json:
    read = {
        "description": fields.text("description", 80),
        "hs_code": fields.matching("hs_code", "[0-9]{6,10}", "6 to 10 digits of the Harmonized System"),
        "origin": fields.country("origin"),
        "quantity": fields.whole("quantity", 1, 9999),
        "value": fields.whole("value", 0, 10**9),
        "grams": fields.whole("grams", 1, services.HEAVIEST),
    }
    fields.end()
    return read
