"""Nothing is kept that nobody asked for: ten thousand surplus fields over every form (004-09)."""

import re
import secrets
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from oms.app import create_desk
from oms.kernel.config import Settings
from storefront.app import create_store
from tests.make import Shop
from tests.pages import forms
from tests.people import Visitor
from tests.privacy.busy import Busy, fill
from tests.privacy.canaries import folder, postgres, valkey
from tests.privacy.test_quiet_pages import pages

MARK = "zqsurplus"
# What ends the session of whoever fills the forms in.
ENDS = ("/sign-out", "/sessions/")
# What people call things that shops like to know.
NAMES = (
    "birthday", "gender", "title", "company", "vat", "phone2", "note", "comments", "newsletter", "passport",
    "income", "religion", "latitude", "fingerprint", "utm_source", "is_admin", "role", "id", "state", "price",
)  # fmt: skip


def surplus(most: int) -> dict[str, str]:
    """Return fields that no form has, under names that programs might take for their own."""
    told = (f"{NAMES[number % len(NAMES)]}_{secrets.token_hex(3)}" for number in range(most - len(NAMES)))
    plain = (f"{name}_" for name in NAMES)
    return {name: f"{MARK}{secrets.token_hex(6)}" for name in (*plain, *told)}


def every_form(app: Flask, visitor: Visitor, known: dict[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return page, address and fields of each form that somebody finds on the pages of an application."""
    found, seen = [], set()
    for endpoint, path in pages(app, known).items():
        answer = visitor.get(path)
        if answer.status_code != 200 or not answer.mimetype.startswith("text/html"):
            continue
        for form in forms(answer):
            address = re.sub(r"^/oms(?=/)", "", form["action"]) or path
            kind = (endpoint, re.sub(r"\d+", "0", address), *sorted(form["names"]))
            if kind not in seen and "csrf_token" in form["names"] | {"csrf_token"}:
                seen.add(kind)
                found.append((path, address, form["fields"]))
    return sorted(found, key=lambda one: any(word in one[1] for word in ENDS))


def kept(settings: Settings) -> list[str]:
    """Return where a surplus value lies in a store of ours; a sealed record has no room for one."""
    stores = (
        postgres(settings.database_url),
        postgres(settings.keyring_url),
        folder(settings.state_dir, exclude=["mail/*"]),
        valkey(settings.redis_url),
    )
    return sorted({place for store in stores for place, content in store if MARK.encode() in content})


def post_all(client: FlaskClient, app: Flask, known: dict[str, str], most: int) -> Counter[int]:
    """Send every form with surplus fields; return how often each status came back."""
    visitor, answers = Visitor(client), Counter[int]()
    for _page, address, fields in every_form(app, visitor, known):
        data = {**surplus(most), **fields}
        answer = client.post(
            address,
            data=data,
            headers={"Sec-Fetch-Site": "same-origin"},
            environ_overrides={"REMOTE_ADDR": visitor.address},
        )
        answers[answer.status_code] += 1
    return answers


@pytest.mark.privacy
def test_ten_thousand_surplus_fields_leave_nothing(
    small: Shop, settings: Settings, stripe: object, measured: Callable[..., None]
) -> None:
    store, desk = create_store(settings), create_desk(settings)
    busy: Busy = fill(small, store.test_client(), desk.test_client(), settings)
    told: Counter[int] = Counter()
    for app, name, token, known in (
        (store, "store", busy.buyer, busy.store),
        (desk, "desk", busy.owner, busy.desk),
    ):
        client = app.test_client()
        client.set_cookie(name, token)
        told += post_all(client, app, known, 160)
    places = kept(settings)
    sent = sum(told.values()) * 160
    assert max(told) < 500, told
    measured(
        "B18",
        f"{sent} surplus fields over {sum(told.values())} forms: {len(places)} kept",
        passed=not places and sent >= 10_000,
    )


def test_a_planted_store_of_surplus_is_seen(small: Shop, settings: Settings, tmp_path: Path) -> None:
    assert kept(settings) == []
    (settings.state_dir / "typed.log").write_text(f"birthday={MARK}1\n")
    assert len(kept(settings)) == 1
