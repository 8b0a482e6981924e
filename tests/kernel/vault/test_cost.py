"""What sealing and opening cost: round trips, counted, because a checkout waits for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from oms.kernel import vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import engine, keyring_engine, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery


@contextmanager
def counted() -> Iterator[dict[str, list[str]]]:
    """Collect the first words of the statements that each store is sent."""
    sent: dict[str, list[str]] = {"shop": [], "keyring": []}
    stores = {"shop": engine(), "keyring": keyring_engine()}

    def listener(name: str) -> Any:  # noqa: ANN401 - an event listener
        return lambda _c, _cursor, statement, *_rest: sent[name].append(" ".join(statement.split()[:3]))

    listeners = {name: listener(name) for name in stores}
    for name, store in stores.items():
        event.listen(store, "before_cursor_execute", listeners[name])
    yield sent
    for name, store in stores.items():
        event.remove(store, "before_cursor_execute", listeners[name])


@pytest.mark.usefixtures("shop")
def test_an_order_is_sealed_with_two_statements_to_each_store() -> None:
    vault.prepare(new_id(), "order:6", Contact)

    with counted() as sent:
        keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
        with transaction() as session:
            vault.seal_all(session, [ADA, HERS], keys)

    assert sent["keyring"] == ["INSERT INTO keys", "SELECT index_salts.version, index_salts.salt"]
    assert sent["shop"] == ["INSERT INTO personal.sealed", "INSERT INTO personal.blind_indexes"]


@pytest.mark.usefixtures("shop")
def test_a_page_opens_all_its_kinds_with_one_statement_to_each_store() -> None:
    keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)

    with counted() as sent, reading() as session:
        vault.open_many(session, (Delivery, Contact), "order:7", purpose=Purpose.RIGHTS, by=SYSTEM)

    assert (len(sent["shop"]), len(sent["keyring"])) == (1, 1)
