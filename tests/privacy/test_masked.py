"""B30: no page of the desk shows a person by itself; what has to is on record with each look."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from oms.kernel.audit import ActorKind, AuditEntry
from oms.kernel.db import reading
from tests.make import ADA
from tests.people import Visitor
from tests.privacy.busy import Busy
from tests.privacy.test_quiet_pages import pages

# What the people of a busy shop typed: orders, returns, requests, a move, a child, its guardian.
TYPED = (
    *("Ada Lind", "ada@shop.test", "grace@shop.test", "kid@shop.test", "parent@shop.test", "new@shop.test"),
    *(ADA.street, ADA.postcode, "Please."),
)
# Pages that show a person without being asked for more, and why; each time it is written who looked.
REVEALS = {"oms.printing.label": "Where the shop carries a parcel itself, its label is the address."}


def looks() -> int:
    """How often staff opened a sealed record until now, by the audit."""
    with reading() as session:
        by_staff = (AuditEntry.actor_kind == ActorKind.STAFF, AuditEntry.verb == "vault.open")
        return session.scalar(select(func.count()).select_from(AuditEntry).where(*by_staff)) or 0


def shown(page: str) -> list[str]:
    """Return what somebody typed that stands in a page."""
    return [typed for typed in TYPED if typed in page]


@pytest.mark.privacy
def test_no_page_of_the_desk_shows_a_person_by_itself(
    apps: tuple[Flask, Flask], busy: Busy, measured: Callable[..., None]
) -> None:
    client = apps[1].test_client()
    client.set_cookie("desk", busy.owner)
    owner, found, unseen = Visitor(client), {}, 0
    every = pages(apps[1], busy.desk)
    for endpoint, path in every.items():
        before, answer = looks(), owner.get(path)
        unseen += answer.status_code != 200
        if shown(answer.text):
            found[endpoint] = (shown(answer.text), looks() - before)
    recorded = [endpoint for endpoint, (_what, count) in found.items() if count == 1]
    path = busy.desk["oms.orders.order"]
    assert shown(owner.send(f"{path}/reveal", page=path, reason="returned").text)
    figure = f"{len(every)} pages of the desk as owner: people on {', '.join(found)}, each look on record"
    measured("B30", figure, passed=set(found) == set(REVEALS) == set(recorded))
    # The second factor and the end of a set-up have nothing to show to somebody signed in.
    assert unseen == 2


def test_a_person_on_a_page_is_seen() -> None:
    assert shown("<td>A···</td><td>NL·23</td><td>Leiden</td>") == []
    assert shown("<td>Ada Lind</td><td>2311 EZ</td>") == ["Ada Lind", "2311 EZ"]
