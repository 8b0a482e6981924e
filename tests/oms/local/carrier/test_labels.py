"""Rates, labels, voids, and what the carrier refuses to be told."""

import io
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from tests.oms.local.carrier.conftest import ADA, SHOP, Caller, customs, order

TOKYO = {
    "name": "山田 太郎",
    "lines": ["丸の内1-9-1"],
    "locality": "千代田区",
    "region": "東京都",
    "country": "JP",
}


def bought(caller: Caller) -> list[str]:
    return [label["id"] for label in caller.party.get("ledger")["labels"]]


def written(pdf: bytes) -> str:
    """The text of a one-page PDF; pypdf puts a zero before each character of a CFF font."""
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text().replace("\n", " ").replace("\0", "")


def test_rates_need_no_more_than_countries_and_a_weight(caller: Caller) -> None:
    places = {"from": {"country": "DE"}, "to": {"country": "FR", "postal_code": "75007"}}
    answer = caller.post("rates", {**places, "parcel": {"grams": 750}}).json()
    assert [
        (rate["service"], rate["amount"], rate["currency"], rate["days"]) for rate in answer["rates"]
    ] == [
        ("post", 1180, "EUR", [4, 6]),
        ("express", 3540, "EUR", [3, 3]),
    ]
    named = {**places, "to": {"country": "FR", "name": "Ada"}, "parcel": {"grams": 750}}
    assert caller.post("rates", named).json()["error"]["field"] == "to.name"


def test_a_label_is_bought_found_and_printed(caller: Caller) -> None:
    label = caller.buy("parcel-1")
    assert (label["status"], label["amount"], label["currency"], label["reference"]) == (
        "purchased",
        1180,
        "EUR",
        "shp-1",
    )
    assert caller.get(f"labels/{label['id']}").json() == label
    assert caller.get("labels?reference=shp-1").json() == {"labels": [label]}
    assert "Ada Lovelace" not in caller.get(f"labels/{label['id']}").text
    printed = caller.get(label["pdf_url"].removeprefix("/v1/"))
    assert printed.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(printed.content))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (105, 148)
    text = reader.pages[0].extract_text()
    for part in ("Ada Lovelace", "Rue Cler 12", "75007 Paris", "FR", label["tracking_number"]):
        assert part in text


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("山田 太郎", "JP"),
        ("李小龍", "HK"),
        ("สมชาย ใจดี", "TH"),
        ("Łucja Öçğ Ελένη Юлия", "PL"),
        ("राम", "IN"),
    ],
)
def test_a_name_prints_in_its_own_script(caller: Caller, name: str, country: str) -> None:
    label = caller.buy(to={**ADA, "name": name, "country": country}, customs=customs())
    printed = caller.get(f"labels/{label['id']}/pdf")
    text = written(printed.content)
    assert name.replace(" ", "") in text.replace(" ", "")


def test_express_wants_a_phone_number_and_post_wants_none(caller: Caller) -> None:
    without = caller.post("labels", {**order(), "service": "express"})
    assert (without.status_code, without.json()["error"]["field"]) == (422, "to.phone")
    phone = {**ADA, "phone": "+33123456789"}
    unwanted = caller.post("labels", {**order(), "to": phone})
    assert (unwanted.status_code, unwanted.json()["error"]["code"]) == (422, "unknown_field")
    assert bought(caller) == []
    assert caller.buy(service="express", to=phone)["amount"] == 3540


@pytest.mark.parametrize(("country", "declared"), [("JP", {}), ("GB", {}), ("DE", {"customs": customs()})])
def test_customs_lines_are_for_borders(caller: Caller, country: str, declared: dict[str, Any]) -> None:
    sent = {**order(), "to": {**ADA, "country": country}, **declared}
    answer = caller.post("labels", sent)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "customs")
    assert bought(caller) == []


def test_a_declared_parcel_shows_its_goods(caller: Caller) -> None:
    label = caller.buy(to=TOKYO, customs=customs())
    printed = caller.get(f"labels/{label['id']}/pdf")
    assert "2 × Fountain pen, HS 960830, DE, 30 g, 25.00 EUR" in written(printed.content)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"gift_note": "x"}, "gift_note", "unknown_field"),
        ({"to": {**ADA, "email": "ada@shop.test"}}, "to.email", "unknown_field"),
        ({"from": {**SHOP, "lines": []}}, "from.lines", "invalid_field"),
        ({"to": {**ADA, "lines": ["a", "b\x07"]}}, "to.lines[1].line", "invalid_field"),
        ({"to": {"name": "Ada", "lines": ["x"]}}, "to.country", "missing_field"),
        ({"parcel": {"grams": 0}}, "parcel.grams", "invalid_field"),
        ({"parcel": {"grams": 31000}}, "parcel.grams", "invalid_field"),
        ({"service": "drone"}, "service", "invalid_field"),
        ({"to": "Paris"}, "to", "invalid_field"),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    caller: Caller, change: dict[str, Any], field: str, code: str
) -> None:
    answer = caller.post("labels", {**order(), **change})
    assert answer.status_code == 422
    assert (answer.json()["error"]["field"], answer.json()["error"]["code"]) == (field, code)
    assert bought(caller) == []


def test_a_label_is_voided_until_the_parcel_is_picked_up(caller: Caller) -> None:
    first, second = caller.buy(), caller.buy()
    for _ in range(2):
        assert caller.post(f"labels/{first['id']}/void", {}).json()["status"] == "voided"
    caller.party.post(f"parcels/{second['tracking_number']}/advance", to="picked_up")
    refused = caller.post(f"labels/{second['id']}/void", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "already_handed_over")
    assert [label["status"] for label in caller.party.get("ledger")["labels"]] == ["voided", "picked_up"]


def test_one_key_buys_one_label(caller: Caller) -> None:
    first, second = caller.buy("k-1"), caller.buy("k-1")
    assert first == second
    other = caller.post("labels", {**order(), "reference": "shp-2"}, "k-1")
    assert (other.status_code, other.json()["error"]["code"]) == (400, "key_reused")
    assert [label["idempotency_key"] for label in caller.party.get("ledger")["labels"]] == ["k-1"]


def test_a_label_whose_answer_was_lost_is_found_by_its_key_or_reference(caller: Caller) -> None:
    caller.party.fault("lose_response", path="/v1/labels")
    with pytest.raises(requests.ConnectionError):
        caller.buy("lost")
    found = caller.get("labels?reference=shp-1").json()["labels"]
    assert [label["id"] for label in found] == bought(caller)
    assert caller.buy("lost")["id"] == found[0]["id"]
    assert len(bought(caller)) == 1


@pytest.mark.parametrize(("fault", "status"), [("error", 500), ("refuse", 503)])
def test_a_failing_carrier_sells_nothing(caller: Caller, fault: str, status: int) -> None:
    caller.party.fault(fault, path="/v1/labels")
    assert caller.post("labels", order(), "k-2").status_code == status
    assert bought(caller) == []


def test_nobody_gets_in_without_the_token(caller: Caller) -> None:
    answer = requests.get(f"{caller.party.address}/v1/services", timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert caller.get("services").json()["services"][0] == {
        "code": "post",
        "name": "Hollow Post",
        "contact": "none",
    }


def test_what_the_carrier_learned_can_be_read_word_for_word(caller: Caller) -> None:
    caller.buy("learned", to={**ADA, "name": "Canary Bird"})
    (received,) = caller.party.get("received")["received"]
    assert '"name": "Canary Bird"' in received["raw"]
    assert received["params"]["to"]["name"] == "Canary Bird"
    assert "Authorization" not in received["headers"]
