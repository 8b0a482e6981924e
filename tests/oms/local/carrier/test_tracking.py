"""Parcels on their way, told in signed webhooks."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
import requests

from tests.fakes import CARRIER_KEY, CARRIER_SECRET, Listener, Party, wait_until
from tests.oms.local.carrier.conftest import ADA, Caller

WAY = ["picked_up", "in_transit", "out_for_delivery", "delivered"]


def is_signed(body: bytes, header: str) -> bool:
    parts = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(CARRIER_SECRET.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256)
    return hmac.compare_digest(expected.hexdigest(), parts["v1"])


def test_a_parcel_goes_its_way_step_by_step(caller: Caller, listener: Listener) -> None:
    label = caller.buy()
    number = label["tracking_number"]
    caller.party.post(f"parcels/{number}/advance", to="delivered")
    notes = listener.wait_for(4)
    assert sorted(listener.types()) == sorted(f"parcel.{status}" for status in WAY)
    assert all(is_signed(note.body, note.headers["Carrier-Signature"]) for note in notes)
    assert not is_signed(notes[0].body + b" ", notes[0].headers["Carrier-Signature"])
    (told,) = [json.loads(note.body)["data"] for note in notes if note.type == "parcel.delivered"]
    assert set(told) == {"tracking_number", "reference", "status", "at", "country"}
    assert (told["tracking_number"], told["reference"], told["country"]) == (number, "shp-1", "FR")
    tracked = caller.get(f"tracking/{number}").json()
    assert (tracked["status"], [event["status"] for event in tracked["events"]]) == ("delivered", WAY)


@pytest.mark.parametrize("ending", ["exception", "returned"])
def test_a_parcel_may_go_astray(caller: Caller, listener: Listener, ending: str) -> None:
    number = caller.buy()["tracking_number"]
    caller.party.post(f"parcels/{number}/advance", to="in_transit")
    assert caller.party.post(f"parcels/{number}/advance", to=ending)["status"] == ending
    listener.wait_for(3)
    assert sorted(listener.types()) == sorted(["parcel.picked_up", "parcel.in_transit", f"parcel.{ending}"])


def test_a_delivered_parcel_does_not_move_again(caller: Caller) -> None:
    number = caller.buy()["tracking_number"]
    caller.party.post(f"parcels/{number}/advance", to="delivered", skip=True)
    with pytest.raises(AssertionError, match="delivered already"):
        caller.party.post(f"parcels/{number}/advance", to="returned")
    assert caller.get(f"tracking/{number}").json()["status"] == "delivered"


def test_tracking_webhooks_suffer_the_same_faults(caller: Caller, listener: Listener) -> None:
    caller.party.fault("drop_webhooks", events="parcel.in_transit")
    caller.party.fault("duplicate_webhooks", events="parcel.delivered", times=3)
    number = caller.buy()["tracking_number"]
    caller.party.post(f"parcels/{number}/advance", to="delivered")
    listener.wait_for(5)
    assert sorted(listener.types()) == sorted(
        ["parcel.picked_up", "parcel.out_for_delivery"] + ["parcel.delivered"] * 3
    )


def test_a_tracking_number_carries_its_check_digit(caller: Caller) -> None:
    numbers = [caller.buy()["tracking_number"] for _ in range(5)]
    assert len(set(numbers)) == 5
    for number in numbers:
        digits = [int(digit) for digit in number[2:11]]
        rest = 11 - sum(a * b for a, b in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
        assert digits[8] == {10: 0, 11: 5}.get(rest, rest)
        assert (number[:2], number[11:]) == ("HP", "XX")


def test_parcels_deliver_themselves_when_told_so(tmp_path: Path) -> None:
    options = ("--key", CARRIER_KEY, "--auto-deliver", "60")
    party = Party("oms.local.carrier", tmp_path, *options)
    caller = Caller(party)
    number = caller.buy()["tracking_number"]
    seen = []
    for _ in range(4):
        party.fault("clock_jump", seconds=60)
        seen.append(caller.get(f"tracking/{number}").json()["status"])
    assert seen == WAY
    assert party.stop() == 0


def test_the_ledger_survives_a_killed_process(caller: Caller) -> None:
    label = caller.buy("survivor")
    caller.party.kill()
    caller.party.start()
    wait_until(lambda: requests.get(f"{caller.party.address}/_control/ledger", timeout=5).ok)
    assert caller.buy("survivor") == label


def test_addresses_are_let_go_and_the_tracking_stays(caller: Caller) -> None:
    def is_known() -> bool:
        return any(b"canary bird" in file.read_bytes() for file in caller.party.folder.iterdir())

    label = caller.buy("swept", to={**ADA, "name": "canary bird"})
    caller.party.post(f"parcels/{label['tracking_number']}/advance", to="delivered")
    before = caller.party.get("ledger")
    assert is_known()
    caller.party.fault("clock_jump", seconds=100)
    assert caller.party.post("sweep", older_than=60) == {"changed": 1}
    assert not is_known()
    assert caller.party.get("ledger") == before
    assert caller.get(f"labels/{label['id']}/pdf").status_code == 410
