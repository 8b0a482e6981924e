"""The `expand` parameter: objects in place of ids (docs.stripe.com/api/expanding_objects)."""

from typing import Any

from oms.local.outside.work import Search, Work
from oms.local.stripe import errors
from oms.local.stripe.shapes import Shape

_DEEPEST = 4
_REFERENCES = {
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "latest_charge"): "charge",
    ("charge", "payment_intent"): "payment_intent",
    ("charge", "balance_transaction"): "balance_transaction",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("refund", "balance_transaction"): "balance_transaction",
    ("refund", "failure_balance_transaction"): "balance_transaction",
    ("dispute", "charge"): "charge",
    ("dispute", "payment_intent"): "payment_intent",
    ("payout", "balance_transaction"): "balance_transaction",
}
_SOURCES = {"ch_": "charge", "re_": "refund", "po_": "payout", "dp_": "dispute"}


def expanded(work: Work, value: Shape, paths: list[str]) -> Shape:
    """Return the object (or list) with every path filled in; refuses a path that leads nowhere."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST + (steps[0] == "data"):
            raise errors.invalid(f"You cannot expand more than {_DEEPEST} levels of a property.", "expand")
        if value["object"] == "list":
            if steps[0] != "data":
                raise _cannot(path)
            for element in value["data"]:
                _fill(work, element, steps[1:], path)
        else:
            _fill(work, value, steps, path)
    return value


def line_items(work: Work, session: str) -> Shape:
    """Return the list of a session's lines as it is included on expansion."""
    found = work.find(Search("item", (("session", "=", session),)))[::-1]
    data = [{key: part for key, part in item.items() if key != "session"} for item in found]
    url = f"/v1/checkout/sessions/{session}/line_items"
    return {"object": "list", "data": data, "has_more": False, "url": url}


def _fill(work: Work, value: Shape, steps: list[str], path: str) -> None:
    if not steps:
        return
    step, kind = steps[0], value["object"]
    if (kind, step) == ("checkout.session", "line_items"):
        value[step] = line_items(work, value["id"])
    elif (kind, step) == ("charge", "refunds"):
        url = f"/v1/charges/{value['id']}/refunds"
        data = work.find(Search("refund", (("charge", "=", value["id"]),)))
        value[step] = {"object": "list", "data": data, "has_more": False, "url": url}
    elif step in value and (target := _target(kind, step, value[step])):
        if isinstance(value[step], str):
            value[step] = work.get(target, value[step])
        if isinstance(value[step], dict):
            _fill(work, value[step], steps[1:], path)
    elif step not in value or value[step] is not None:
        raise _cannot(path)


def _target(kind: str, step: str, reference: Any) -> str | None:  # noqa: ANN401 - an id, an object or nothing
    if (kind, step) == ("balance_transaction", "source"):
        return _SOURCES.get(str(reference)[:3])
    return _REFERENCES.get((kind, step))


def _cannot(path: str) -> Exception:
    return errors.invalid(f"This property cannot be expanded ({path}).", "expand")
