"""Each object that the stand-in returns, held against what Stripe publishes and what its SDK reads.

Three measures: the SDK's own field list (exact), the OpenAPI description of 2022 (every field both know) and
the fixtures of Stripe's own mock (field names and kinds). Where the API moved on, the difference is named.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from jsonschema import Draft4Validator

from tests.fakes import STRIPE_KEY, Party
from tests.oms.local.stripe.conftest import Create

Shape = dict[str, Any]

SDK = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "balance_transaction": stripe.BalanceTransaction,
    "payout": stripe.Payout,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "price": stripe.Price,
}
# Fields that Stripe leaves out unless they are asked for or apply.
ABSENT = {
    "checkout.session": {"line_items", "tax_id_collection"},
    "charge": {"refunds", "transfer"},
    "refund": {
        "description",
        "failure_balance_transaction",
        "failure_reason",
        "instructions_email",
        "next_action",
        "pending_reason",
    },
    "event": {"account", "context"},
    "price": {"currency_options", "deleted", "tiers"},
}
# Where the API of 2026 differs from the description of 2022: (object, path).
MOVED = {
    ("charge", "refunds"),  # no longer included since 2022-11-15
    ("payment_intent", "capture_method"),  # automatic_async came in 2024
}
# Fields of the mock that are older than API version 2026-10-28.
OLD = {"charge": {"refunds", "source"}}


@pytest.fixture
def returned(create: Create, stripe_party: Party) -> dict[str, Shape]:
    """One of each object, as raw JSON, after a payment, a refund, a dispute and a payout."""
    for _ in range(2):
        stripe_party.pay(create().id)
    charge = listed(stripe_party, "charges")
    stripe_party.post("refunds", charge=charge["id"], amount=100)
    stripe_party.post(f"charges/{charge['id']}/dispute")
    stripe_party.post("payouts", currency="eur")
    paths = {
        "checkout.session": "checkout/sessions",
        "payment_intent": "payment_intents",
        "charge": "charges",
        "refund": "refunds",
        "balance_transaction": "balance_transactions",
        "payout": "payouts",
        "dispute": "disputes",
        "event": "events",
    }
    found = {name: listed(stripe_party, path) for name, path in paths.items()}
    found["item"] = listed(stripe_party, f"checkout/sessions/{found['checkout.session']['id']}/line_items")
    return {**found, "price": found["item"]["price"]}


def listed(party: Party, path: str) -> Shape:
    """Return the newest object of a list as it travels."""
    headers = {"Authorization": f"Bearer {STRIPE_KEY}"}
    answer = requests.get(f"{party.address}/v1/{path}", headers=headers, timeout=10)
    shape: Shape = answer.json()["data"][0]
    return shape


def test_every_object_has_exactly_the_fields_that_the_sdk_reads(returned: dict[str, Shape]) -> None:
    for name, shape in returned.items():
        known = set(SDK[name].__annotations__) - {"OBJECT_NAME"}
        assert known - set(shape) == ABSENT.get(name, set()), name
        assert set(shape) - known == ({"id", "object"} - known), name


def test_every_object_fits_the_published_description(returned: dict[str, Shape], data_dir: Path) -> None:
    path = data_dir / "4-payloads" / "stripe" / "openapi" / "spec3_2022-04-12_api-2020-08-27.json.gz"
    components = json.loads(gzip.decompress(path.read_bytes()))["components"]
    schemas = {"components": nullable(components)}
    for name, shape in returned.items():
        validator = Draft4Validator({"$ref": f"#/components/schemas/{name}", **schemas})
        for error in validator.iter_errors(json.loads(json.dumps(shape))):
            where = ".".join(str(step) for step in error.absolute_path)
            missing = {word for word in error.message.split("'") if (name, word) in MOVED}
            assert (name, where) in MOVED or missing, f"{name}.{where}: {error.message}"


def test_every_object_has_the_fields_of_stripes_own_mock(returned: dict[str, Shape], data_dir: Path) -> None:
    path = data_dir / "4-payloads" / "stripe" / "openapi" / "fixtures3.json"
    fixtures = json.loads(path.read_bytes())["resources"]
    for name, shape in returned.items():
        fixture = fixtures[name]
        assert set(fixture) - set(shape) <= OLD.get(name, set()), name
        for field in set(fixture) & set(shape):
            ours, theirs = shape[field], fixture[field]
            if ours is not None and theirs is not None:
                assert isinstance(ours, type(theirs)), f"{name}.{field}"


def test_a_wrong_shape_would_be_noticed(returned: dict[str, Shape], data_dir: Path) -> None:
    broken = {**returned, "charge": {**returned["charge"], "amount": "2990"}}
    for check in (
        test_every_object_fits_the_published_description,
        test_every_object_has_the_fields_of_stripes_own_mock,
    ):
        with pytest.raises(AssertionError, match=r"charge\.amount"):
            check(broken, data_dir)
    del broken["charge"]["amount"]
    with pytest.raises(AssertionError, match="charge"):
        test_every_object_has_exactly_the_fields_that_the_sdk_reads(broken)


def nullable(node: Any) -> Any:  # noqa: ANN401 - any part of a description
    """Return the description with OpenAPI's `nullable` said in JSON Schema's words."""
    if isinstance(node, list):
        return [nullable(part) for part in node]
    if not isinstance(node, dict):
        return node
    plain = {key: nullable(part) for key, part in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain
