"""Orders and carts with little but their statements, in raw psycopg: what the database alone can do."""

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from uuid import uuid4

import psycopg

from tests.running import Stores

CLIENTS = 8

SESSION = "SELECT id, data, last_seen_at FROM web_sessions WHERE token_hash = %(token)s AND app = 'store'"
CART = "SELECT id, market_code, language FROM carts WHERE id = %(cart)s AND expires_at > now()"
LINES = "SELECT variant_id, quantity, price_seen FROM cart_lines WHERE cart_id = %(cart)s"
PRICE = """
    SELECT v.id, p.amount, t.title FROM variants v
    JOIN prices p ON p.variant_id = v.id AND p.market_code = 'eu'
    JOIN product_texts t ON t.product_id = v.product_id AND t.language = 'en' WHERE v.id = %(variant)s
"""
FREE = """
    SELECT warehouse_id, on_hand - reserved - allocated - safety FROM stock_levels
    WHERE variant_id = %(variant)s
"""
QUOTED = (
    PRICE,
    "SELECT * FROM shipping_methods WHERE market_code = 'eu' AND is_active",
    "SELECT tax_class, basis_points FROM tax_rates WHERE country = 'NL' AND valid_from <= now()",
    FREE,
    "SELECT id, country, postcode, position FROM warehouses",
)
TWIN = "SELECT id FROM orders WHERE placement_hash = %(token)s AND state <> 'lapsed'"
KEY = """
    INSERT INTO keys (key_id, subject_id, unit, kind, wrapped, made_at, destroy_after)
    VALUES (%(key)s, %(subject)s, %(number)s, 'order_contact', %(token)s, now(), now()),
           (gen_random_uuid(), %(subject)s, %(number)s, 'order_delivery', %(token)s, now(), now())
"""
SALT = "SELECT version, salt FROM index_salts"
ORDER = """
    INSERT INTO orders (number, placement_hash, market_code, language, currency, tax_included, country, goods,
                        delivery, delivery_tax, tax, total, units, sourcing)
    VALUES (%(number)s, %(token)s, 'eu', 'en', 'EUR', true, 'NL', 3100, 560, 97, 635, 3660, 1, 'near')
    RETURNING id
"""
LINE = """
    INSERT INTO order_lines (order_id, position, variant_id, sku, title, quantity, unit_price, total,
                             basis_points, tax, grams)
    VALUES (%(order)s, 0, %(variant)s, 'RETRO-CLOCK', 'Clock', 1, 3100, 3100, 2100, 538, 800) RETURNING id
"""
AGREED = (
    "INSERT INTO order_taxes (order_id, basis_points, net, tax) VALUES (%(order)s, 2100, 3025, 635)",
    """
    INSERT INTO payments (order_id, reference, amount, currency, locale, expires_at)
    VALUES (%(order)s, 'x', 3660, 'EUR', 'en', now())
    """,
    "INSERT INTO order_events (order_id, what, by_kind, by_id) VALUES (%(order)s, 'created', 'guest', '')",
    """
    INSERT INTO reservations (order_id, order_line_id, variant_id, warehouse_id, quantity)
    VALUES (%(order)s, %(line)s, %(variant)s, %(warehouse)s, 1)
    """,
    """
    UPDATE stock_levels SET reserved = reserved + 1
    WHERE variant_id = %(variant)s AND warehouse_id = %(warehouse)s
      AND on_hand - reserved - allocated - safety >= 1
    """,
)
SEALED = (
    """
    INSERT INTO personal.sealed (id, kind, unit, subject_id, key_id, envelope, sealed_at)
    VALUES (%(key)s, 'order_contact', %(number)s, %(subject)s, %(key)s, %(envelope)s, now()),
           (gen_random_uuid(), 'order_delivery', %(number)s, %(subject)s, %(key)s, %(envelope)s, now())
    """,
    """
    INSERT INTO personal.blind_indexes (sealed_id, field, version, digest, subject_id, unit)
    VALUES (%(key)s, 'order_contact.email', 1, %(token)s, %(subject)s, %(number)s)
    """,
    """
    INSERT INTO disclosures (at, unit, subject_id, recipient, fields, purpose, agreement)
    VALUES (now(), %(number)s, %(subject)s, 'Stripe', '{order_contact.email}', 'payment', 'x')
    """,
)
NOTED = "UPDATE payments SET session_ref = %(number)s WHERE order_id = %(order)s AND session_ref IS NULL"
WANTED = "SELECT quantity FROM cart_lines WHERE cart_id = %(cart)s AND variant_id = %(variant)s FOR UPDATE"
OPEN = """
    INSERT INTO carts (market_code, language, expires_at) VALUES ('eu', 'en', %(later)s) RETURNING id
"""
BEGIN = """
    INSERT INTO web_sessions (token_hash, app, data, begun_at, last_seen_at, expires_at)
    VALUES (%(token)s, 'store', jsonb_build_object('cart', %(cart)s::bigint), now(), now(), %(later)s)
"""
PUT = (
    """
    INSERT INTO cart_lines (cart_id, variant_id, quantity, price_seen) VALUES (%(cart)s, %(variant)s, 1, 3100)
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = cart_lines.quantity + 1
    """,
    "UPDATE carts SET expires_at = %(later)s WHERE id = %(cart)s",
)
TOLD = """
    UPDATE web_sessions SET data = data || '{"told": "yes"}', last_seen_at = now()
    WHERE token_hash = %(token)s
"""

Given = dict[str, object]
Act = Callable[[psycopg.Connection, Given], None]


def agree_raw(database: str, variants: Sequence[int], warehouse: int, *, times: int) -> float:
    """Return a second's orders with little but the agreement: order, line, payment, hold."""
    return _rate(database, _agree, [[_wanted(variants, warehouse, n)] for n in range(times)])


def place_raw(stores: Stores, variants: Sequence[int], warehouse: int, *, times: int) -> float:
    """Return a second's orders with every statement that placing needs once: the session, the cart, the
    quote, the keys in the keyring, the agreement, the sealed person, what Stripe answered.
    """
    wants = [_wanted(variants, warehouse, n) for n in range(times)]
    with psycopg.connect(stores.database, autocommit=True) as connection:
        for given in wants:
            given["later"] = datetime.now(UTC) + timedelta(days=14)
            given["cart"] = _id(connection, OPEN, given)
            for statement in (PUT[0], BEGIN):
                connection.execute(statement, given)
    lines = SimpleQueue[psycopg.Connection]()
    for _ in range(CLIENTS):
        lines.put(psycopg.connect(stores.keyring, autocommit=True))

    def place(connection: psycopg.Connection, given: Given) -> None:
        keyring = lines.get()
        _place(connection, keyring, given)
        lines.put(keyring)

    rate = _rate(stores.database, place, [[given] for given in wants])
    while not lines.empty():
        lines.get().close()
    return rate


def _wanted(variants: Sequence[int], warehouse: int, turn: int) -> Given:
    return {
        "variant": variants[turn % len(variants)],
        "warehouse": warehouse,
        "number": secrets.token_hex(8),
        "token": secrets.token_bytes(32),
        "envelope": secrets.token_bytes(200),
        "key": uuid4(),
        "subject": uuid4(),
    }


def add_raw(database: str, visits: Sequence[Sequence[int]]) -> float:
    """Return things a second put into carts: each visit is a new cart with these variants, one by one."""
    return _rate(database, _add, [_visit(variants) for variants in visits])


def _visit(variants: Sequence[int]) -> list[Given]:
    same = {"token": secrets.token_bytes(32), "later": datetime.now(UTC) + timedelta(days=14)}
    return [{**same, "variant": variant} for variant in variants]


def _rate(database: str, act: Act, visits: Sequence[Sequence[Given]]) -> float:
    def client(number: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for visit in visits[number::CLIENTS]:
                for given in visit:
                    act(connection, given)

    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as crowd:
        list(crowd.map(client, range(CLIENTS)))
    return sum(map(len, visits)) / (time.perf_counter() - begun)


def _agree(connection: psycopg.Connection, given: Given) -> None:
    with connection.transaction():
        connection.execute(PRICE, given)
        connection.execute(FREE, given)
        _write(connection, given)


def _write(connection: psycopg.Connection, given: Given) -> None:
    given["order"] = _id(connection, ORDER, given)
    given["line"] = _id(connection, LINE, given)
    for statement in AGREED:
        connection.execute(statement, given)


def _place(connection: psycopg.Connection, keyring: psycopg.Connection, given: Given) -> None:
    for statement in (SESSION, CART, LINES, *QUOTED[:3], TWIN):
        connection.execute(statement, given).fetchall()
    with keyring.transaction():
        keyring.execute(KEY, given)
        keyring.execute(SALT)
    with connection.transaction():
        for statement in QUOTED:
            connection.execute(statement, given).fetchall()
        _write(connection, given)
        for statement in SEALED:
            connection.execute(statement, given)
    connection.execute(NOTED, given)
    connection.execute(TOLD, given)


def _add(connection: psycopg.Connection, given: Given) -> None:
    known = connection.execute(SESSION, given).fetchone()
    given["cart"] = known[1]["cart"] if known else None
    with connection.transaction():
        given["cart"] = _id(connection, CART if known else OPEN, given)
        connection.execute(PRICE, given)
        connection.execute(FREE, given)
        connection.execute(WANTED, given)
        for statement in PUT:
            connection.execute(statement, given)
    connection.execute(TOLD if known else BEGIN, given)


def _id(connection: psycopg.Connection, statement: str, given: Given) -> object:
    row = connection.execute(statement, given).fetchone()
    assert row is not None
    return row[0]
