"""The published schema of a copy (JSON Schema 2020-12): every kind of record with its fields."""

from typing import Any

from oms.kernel.places import Mechanism
from oms.kernel.register import KINDS, Basis, Kind, Purpose
from oms.orders.states import OrderState
from oms.privacy.access.happenings import Happened
from oms.privacy.states import Channel
from oms.privacy.wishes.states import Choice, WishPurpose, WishWay
from oms.risk.states import DoubtState
from oms.signins.states import Answer, How, Reason

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_MAYBE = {"type": ["string", "null"], "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}
_MINOR = {"type": "integer", "minimum": 0, "description": "In minor units of the order's currency."}


def schema(address: str) -> dict[str, Any]:
    """Return the schema, under its own address; kinds without a copy for their person are not in it."""
    kinds = sorted(kind.name for kind in KINDS.values() if Purpose.RIGHTS in kind.purposes)
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": "A copy of what Counterfoil knows about a person",
        **_object(
            {
                "$schema": {"const": address},
                "made_at": _MOMENT,
                "records": _list({"anyOf": [{"$ref": f"#/$defs/{name}"} for name in kinds]}),
                "disclosures": _list(_DISCLOSURE),
                "looks": _list(_LOOK),
                "orders": _list(_ORDER),
                "wishes": _list(_WISH),
                "reviews": _list(_REVIEW),
                "sign_ins": _list(_SIGN_IN),
                "happened": _list(_HAPPENED),
                "places": _list(_PLACE),
            }
        ),
        "$defs": {name: _record(KINDS[name]) for name in kinds},
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    needed = list(properties) if required is None else required
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _record(kind: Kind) -> dict[str, Any]:
    values = {
        field.name: {"type": ["string", "array", "number", "boolean"], "title": field.label}
        for field in kind.fields
    }
    return _object(
        {
            "kind": {"const": kind.name},
            "unit": {"type": "string", "pattern": f"^{kind.unit}:"},
            "source": _TEXT,
            "purposes": _list({"enum": [str(purpose) for purpose in Purpose]}),
            "basis": {"enum": [str(basis) for basis in Basis]},
            "ends_at": _MOMENT,
            "is_locked": {"type": "boolean", "description": "Only kept, at its person’s wish; not used."},
            "locked_alone": {**_TEXTS, "description": "Fields that are only kept, while the rest is used."},
            "recipients": _TEXTS,
            "values": _object(values, []),
        }
    )


_DISCLOSURE = _object(
    {
        "at": _MOMENT,
        "recipient": _TEXT,
        "role": _TEXT,
        "what_for": _TEXT,
        "region": _TEXT,
        "agreement": _TEXT,
        "unit": _TEXT,
        "purpose": {"enum": [str(purpose) for purpose in Purpose]},
        "message": {**_TEXT, "description": "Which mail it was, by its topic; empty for anything else."},
        "fields": _TEXTS,
    }
)
_LOOK = _object(
    {
        "at": _MOMENT,
        "by": {"const": "staff"},
        "what": _TEXT,
        "about": _TEXT,
        "purpose": _TEXT,
        "reason": _TEXT,
        "fields": _TEXTS,
    }
)
_LINE = _object(
    {"sku": _TEXT, "title": _TEXT, "quantity": {"type": "integer", "minimum": 1}, "total": _MINOR}
)
_ORDER = _object(
    {
        "number": _TEXT,
        "state": {"enum": [str(state) for state in OrderState]},
        "placed_at": _MAYBE,
        "delivered_at": _MAYBE,
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "delivery": _MINOR,
        "tax": _MINOR,
        "total": _MINOR,
        "lines": _list(_LINE),
    }
)
_REVIEW = _object(
    {
        "unit": _TEXT,
        "at": {**_MOMENT, "description": "Since when the order waited until a person had looked at it."},
        "due_at": {**_MOMENT, "description": "When it is sent by itself where nobody has looked."},
        "outcome": {"enum": [str(state) for state in DoubtState]},
        "decided_at": _MAYBE,
        "by": {"enum": ["", "staff", "system"]},
    }
)
_COUNTRIES = _list({"type": "string", "pattern": "^[A-Z]{2}$"})
_PLACE = _object(
    {
        "name": {**_TEXT, "description": "A store of the shop, or a recipient that was told something."},
        "provider": _TEXT,
        "countries": _COUNTRIES,
        "outside_eea": _COUNTRIES,
        "mechanism": {"enum": [str(one) for one in Mechanism], "description": "What lets it go outside."},
        "review": {**_TEXT, "description": "The day by which that is looked at again; else empty."},
    }
)
_SIGN_IN = _object(
    {
        "at": _MOMENT,
        "is_finished": {"type": "boolean", "description": "Whether all proofs came, and somebody was in."},
        "how": {"enum": [str(how) for how in How]},
        "browser": _TEXT,
        "country": {"type": "string", "pattern": "^([A-Z]{2})?$"},
        "reasons": _list({"enum": [str(reason) for reason in Reason]}),
        "answer": {"enum": [str(answer) for answer in Answer]},
        "ends_at": _MOMENT,
    }
)
_HAPPENED = _object(
    {
        "at": _MOMENT,
        "unit": _TEXT,
        "what": {"enum": [str(what) for what in Happened]},
        "detail": {**_TEXT, "description": "Version of the notice, carrier, reason, or kind of request."},
        "amount": {"type": ["integer", "null"], "description": "In minor units of the currency."},
        "currency": {"type": "string", "pattern": "^([A-Z]{3})?$"},
    }
)
_WISH = _object(
    {
        "unit": _TEXT,
        "purpose": {"enum": [str(purpose) for purpose in WishPurpose]},
        "channel": {"enum": [str(channel) for channel in Channel]},
        "choice": {"enum": [str(choice) for choice in Choice]},
        "text_hash": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 of the words that were read.",
        },
        "wording": {**_TEXT, "description": "Version of those words."},
        "language": _TEXT,
        "way": {"enum": [str(way) for way in WishWay]},
        "at": _MOMENT,
    }
)
