"""Inside a feature nobody climbs, nobody goes in a circle, and few open a transaction."""

from collections.abc import Callable, Sequence

import pytest

from tests.architecture import floors, names
from tests.architecture.source import Source, house, planted

HOUSE = house()
KNOWN = frozenset(file.path.removesuffix(".py").replace("/", ".") for file in HOUSE)
Rule = Callable[..., list[str]]

OPENS = "def f() -> None:\n    with transaction() as session:\n        session.flush()\n"
LENT = "def f(session: Session) -> None:\n    with db.transaction() as other:\n        other.flush()\n"
IMPORTS: list[tuple[Rule, str, str]] = [
    (floors.climbing, "oms/orders/queries.py", "from oms.orders import actions\n"),
    (floors.climbing, "oms/orders/actions.py", "from oms.orders.handlers import settle\n"),
    (floors.climbing, "oms/orders/actions.py", "from oms.orders import runs\n"),
    (floors.climbing, "oms/orders/refunding/actions.py", "from oms.orders import checks\n"),
    (floors.climbing, "oms/orders/models.py", "from oms.orders import queries\n"),
    (floors.climbing, "oms/orders/states.py", "from oms.orders.models import Order\n"),
    (floors.climbing, "oms/staff/forms.py", "from oms.staff.pages import person\n"),
    (floors.climbing, "oms/payments/actions.py", "from oms.payments import gateway\n"),
    (floors.climbing, "oms/payments/gateway.py", "from oms.payments import actions\n"),
    (floors.climbing, "storefront/cart/forms.py", "from storefront.cart import views\n"),
    (floors.borrowing, "oms/orders/actions.py", "from oms.payments import handlers\n"),
    (floors.borrowing, "storefront/cart/pages.py", "from storefront.checkout.forms import CheckoutForm\n"),
    (floors.borrowing, "storefront/cart/views.py", "from oms.payments import webhooks\n"),
    (floors.borrowing, "oms/desk/home/views.py", "from oms.staff import views\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), IMPORTS)
def test_a_planted_climb_is_seen(rule: Rule, path: str, text: str) -> None:
    assert len(rule(planted(path, text), KNOWN)) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (floors.openers, "oms/orders/actions.py", OPENS),
        (floors.openers, "oms/orders/queries.py", OPENS.replace("transaction", "keyring_transaction")),
        (floors.openers, "oms/privacy/copies/actions.py", OPENS),
        (floors.openers, "storefront/checkout/pages.py", OPENS.replace("transaction", "db.transaction")),
        (floors.borrowed_sessions, "oms/orders/runs.py", LENT),
    ],
)
def test_a_planted_transaction_is_seen(rule: Rule, path: str, text: str) -> None:
    assert rule(planted(path, text)) == [f"{path}: f"]


def test_a_planted_circle_is_seen_wherever_it_closes() -> None:
    first = Source("oms/orders/placing/actions.py", "from oms.orders import queries\n")
    second = Source("oms/orders/queries.py", "import oms.orders.personal\n")
    third = Source("oms/orders/personal.py", "from oms.orders.placing.actions import f\n")
    assert floors.circles([first, second]) == []
    assert len(floors.circles([first, second, third])) == 1


@pytest.mark.parametrize(
    "rule",
    [floors.climbing, floors.borrowing, floors.openers, floors.borrowed_sessions, floors.circles],
)
def test_the_house_keeps_its_floors(rule: Callable[[Sequence[Source]], list[str]]) -> None:
    assert rule(HOUSE) == []


def test_every_opener_that_is_written_down_still_opens() -> None:
    named = [file for file in HOUSE if file.path in names.OPENERS]
    assert {file.path: frozenset(_opening(file)) for file in named} == names.OPENERS


def test_every_shared_form_that_is_written_down_is_still_shared() -> None:
    files = {file.path: file for file in HOUSE}
    for path, feature in names.SHARED_FORMS:
        assert f"{feature}.forms" in files[path].imports()


def _opening(file: Source) -> list[str]:
    return [function.name for function in file.functions() if floors.opens(function)]
