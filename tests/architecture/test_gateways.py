"""No outside party is called while a transaction is open: every function of every gateway refuses."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from types import FunctionType, ModuleType
from typing import Any
from uuid import UUID

import pytest

from oms.channels import gateway as marketplaces
from oms.channels.models import Connection
from oms.channels.states import Scope
from oms.kernel import clock, db
from oms.kernel.money import Money
from oms.notifications import gateway as mails
from oms.notifications.texting import gateway as texts
from oms.payments import gateway as stripe
from oms.payments.words import Start
from oms.shipping import gateway as carriers
from oms.shipping.carriers.wire import Place, Wanted
from tests.architecture.source import ROOT

KEY = UUID(int=7)
NOW = clock.now()
CARRIER = "hollow-post"
WHOLE = Start(KEY, "C-1", Money(1, "EUR"), "en", NOW + timedelta(hours=1), "http://a.test/", "http://a.test/")
MAIL = mails.Mail("reader@example.test", "A subject", "A text", "<p>A text</p>", "en", "confirmation.1")
CONNECTION = Connection(code="amazon-eu", scopes=[])
LABEL = Wanted("key", "P-1", "standard", Place("A", ("B",), "DE"), Place("C", ("D",), "DE"), 100, "EUR")
Call = Callable[[], object]
CALLS: dict[str, Call] = {
    "oms.channels.gateway.open_for": lambda: marketplaces.open_for(CONNECTION, Scope.ORDERS),
    "oms.notifications.gateway.send": lambda: mails.send(MAIL),
    "oms.notifications.texting.gateway.send": lambda: texts.send("+4930123456", "A text", "key"),
    "oms.payments.gateway.correct_mailbox": lambda: stripe.correct_mailbox("pi_1", "ada@shop.test"),
    "oms.payments.gateway.expire": lambda: stripe.expire("cs_1"),
    "oms.payments.gateway.fee_of_payment": lambda: stripe.fee_of_payment("pi_1", Money(1, "EUR")),
    "oms.payments.gateway.fee_of_refund": lambda: stripe.fee_of_refund("re_1", Money(1, "EUR")),
    "oms.payments.gateway.look_up": lambda: stripe.look_up("cs_1"),
    "oms.payments.gateway.look_up_refund": lambda: stripe.look_up_refund("re_1"),
    "oms.payments.gateway.page_of": lambda: stripe.page_of("cs_1"),
    "oms.payments.gateway.refund": lambda: stripe.refund("pi_1", Money(1, "EUR"), key=KEY),
    "oms.payments.gateway.refund_of": lambda: stripe.refund_of("pi_1", KEY),
    "oms.payments.gateway.refunds_since": lambda: list(stripe.refunds_since(NOW)),
    "oms.payments.gateway.session_of_intent": lambda: stripe.session_of_intent("pi_1"),
    "oms.payments.gateway.sessions_since": lambda: list(stripe.sessions_since(NOW)),
    "oms.payments.gateway.start": lambda: stripe.start(WHOLE),
    "oms.shipping.gateway.buy": lambda: carriers.buy(CARRIER, LABEL),
    "oms.shipping.gateway.find": lambda: carriers.find(CARRIER, "P-1"),
    "oms.shipping.gateway.forget": lambda: carriers.forget(CARRIER, "P-1"),
    "oms.shipping.gateway.status": lambda: carriers.status(CARRIER, "1"),
    "oms.shipping.gateway.void": lambda: carriers.void(CARRIER, "P-1"),
}
# They read settings, or what they are given; nobody is called.
CALL_NOBODY = {"configure", "is_on", "moment", "of", "secrets_of", "verify"}
OPENERS: list[Callable[[], AbstractContextManager[Any]]] = [db.transaction, db.keyring_transaction]


def _refuses(call: Call) -> bool:
    try:
        call()
    except db.OpenTransactionError:
        return True
    return False


def _callers(modules: list[ModuleType]) -> Iterator[str]:
    """Name every public function of gateways that may call somebody."""
    for module in modules:
        for name, value in vars(module).items():
            is_own = inspect.isfunction(value) and value.__module__ == module.__name__
            if is_own and not name.startswith("_") and name not in CALL_NOBODY:
                yield f"{module.__name__}.{name}"


def _gateways() -> list[ModuleType]:
    files = sorted((ROOT / "oms").rglob("gateway.py"))
    return [importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts)) for file in files]


def test_every_function_of_every_gateway_is_tried_here() -> None:
    assert sorted(_callers(_gateways())) == sorted(CALLS)


def test_a_function_that_nobody_tries_is_seen() -> None:
    planted = ModuleType("oms.planted.gateway")
    for name in ("ring", "configure", "_dial"):
        function = FunctionType((lambda: None).__code__, {"__name__": planted.__name__}, name)
        setattr(planted, name, function)
    assert list(_callers([planted])) == ["oms.planted.gateway.ring"]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("opened", OPENERS)
def test_a_gateway_refuses_to_be_called_inside_a_transaction(
    shop: None, opened: Callable[[], AbstractContextManager[Any]], name: str
) -> None:
    with opened():
        assert _refuses(CALLS[name])


def test_a_gateway_that_does_not_ask_is_seen(shop: None) -> None:
    with db.transaction():
        assert not _refuses(lambda: "sent")


def test_a_gateway_may_be_called_before_between_and_after_transactions(shop: None) -> None:
    db.require_none_open("Stripe")
    with db.transaction(), db.keyring_transaction():
        pass
    db.require_none_open("Stripe")
    with db.reading():
        db.require_none_open("Stripe")
    with pytest.raises(LookupError, match="broken off"), db.transaction():
        raise LookupError("broken off")
    db.require_none_open("Stripe")


def test_within_two_transactions_the_end_of_one_is_not_the_end_of_both(shop: None) -> None:
    with db.transaction():
        with db.keyring_transaction():
            pass
        with pytest.raises(db.OpenTransactionError, match="Stripe may not be called"):
            db.require_none_open("Stripe")
