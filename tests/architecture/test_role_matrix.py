"""Who may open what at the desk: every route in a table, deny by default, with no role at all, too.

`role_matrix.csv` is the expectation, written by hand: one line per method and address, one column per role,
`none` for staff without any role and `nobody` for who is not signed in. A new view needs a new line.
"""

import base64
import csv
from pathlib import Path

import pytest
from flask import Flask, g

from oms.app import create_desk
from oms.kernel.config import load
from oms.kernel.errors import RefusedError
from oms.staff.states import StaffRole, permissions
from oms.web.permissions import Permission
from oms.web.security import Person, SignInNeededError, guard_desk, permit, public

MATRIX = Path(__file__).parent / "role_matrix.csv"
PEOPLE = {**{role.value: frozenset({role}) for role in StaffRole}, "none": frozenset(), "nobody": None}
Route = tuple[str, str]


@pytest.fixture
def app() -> Flask:
    return create_desk(
        load(
            {
                "DATABASE_URL": "postgresql://nowhere/shop",
                "KEYRING_URL": "postgresql://nowhere/keyring",
                "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
            }
        )
    )


def expected() -> dict[Route, dict[str, str]]:
    with MATRIX.open(encoding="utf-8") as file:
        return {(row.pop("method"), row.pop("address")): row for row in csv.DictReader(file)}


def routes(app: Flask) -> dict[Route, str]:
    """Return the endpoint of every method and address that the desk answers."""
    return {
        (method, rule.rule): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def verdict(app: Flask, route: Route, endpoint: str, roles: frozenset[StaffRole] | None) -> str:
    """Return `yes`, `no` or `sign in`: what the guard says to somebody who asks for a route."""
    method, address = route
    with app.test_request_context(address.replace("<int:", "<"), method=method) as context:
        context.request.url_rule = next(r for r in app.url_map.iter_rules(endpoint) if r.rule == address)
        g.person = None if roles is None else Person("staff:1", permissions=permissions(roles))
        try:
            guard_desk()
        except SignInNeededError:
            return "sign in"
        except RefusedError:
            return "no"
    return "yes"


def differences(app: Flask, table: dict[Route, dict[str, str]]) -> list[str]:
    """Return where the desk and the table disagree, a line each."""
    found = [
        f"{method} {address}: in the table only" for method, address in table.keys() - routes(app).keys()
    ]
    for route, endpoint in sorted(routes(app).items()):
        said = {name: verdict(app, route, endpoint, roles) for name, roles in PEOPLE.items()}
        if route not in table:
            found.append(f"not in the table: {','.join(route)},{','.join(said.values())}")
        elif table[route] != said:
            found.append(f"{' '.join(route)}: the table says {table[route]}, the desk {said}")
    return found


def test_every_route_of_the_desk_opens_to_whom_the_table_says(app: Flask) -> None:
    assert differences(app, expected()) == []


def test_the_guard_stands_before_every_view(app: Flask) -> None:
    assert guard_desk in app.before_request_funcs[None]


def test_a_view_that_nobody_marked_opens_to_nobody(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    said = {name: verdict(app, ("GET", "/forgotten"), "forgotten", r) for name, r in PEOPLE.items()}
    assert set(said.values()) == {"no", "sign in"}
    assert differences(app, expected()) == [
        "not in the table: GET,/forgotten,no,no,no,no,no,no,sign in",
    ]


def test_a_view_marked_too_widely_is_noticed(app: Flask) -> None:
    app.view_functions["oms.staff.members"] = permit(Permission.HOME)(lambda: "open")
    assert [line.partition(":")[0] for line in differences(app, expected())] == ["GET /staff"]
    app.view_functions["oms.staff.members"] = public(lambda: "open")
    assert [line.partition(":")[0] for line in differences(app, expected())] == ["GET /staff"]


def test_a_line_without_a_route_is_noticed(app: Flask) -> None:
    table = {**expected(), ("GET", "/gone"): dict.fromkeys(PEOPLE, "yes")}
    assert differences(app, table) == ["GET /gone: in the table only"]


def test_staff_without_a_role_may_do_nothing_but_what_is_public() -> None:
    closed = [row for row in expected().values() if row["nobody"] != "yes"]
    assert {row["none"] for row in closed} == {"no"}
    assert {row["nobody"] for row in closed} == {"sign in"}
