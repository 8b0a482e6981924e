"""Placing an order with little but its statements: what the database alone can do."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

PRICE = "SELECT v.id, p.amount FROM variants v JOIN prices p ON p.variant_id = v.id WHERE v.id = %(variant)s"
FREE = "SELECT on_hand - reserved - allocated FROM stock_levels WHERE variant_id = %(variant)s"
ORDER = """
    INSERT INTO orders (number, market_code, language, currency, tax_included, country, goods, delivery,
                        delivery_tax, tax, total, units)
    VALUES (%(number)s, 'eu', 'en', 'EUR', true, 'NL', 3100, 560, 97, 635, 3660, 1) RETURNING id
"""
LINE = """
    INSERT INTO order_lines (order_id, position, variant_id, sku, title, quantity, unit_price, total,
                             basis_points, tax, grams)
    VALUES (%(order)s, 0, %(variant)s, 'RETRO-CLOCK', 'Clock', 1, 3100, 3100, 2100, 538, 800) RETURNING id
"""
REST = (
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


def place_raw(database: str, variant: int, warehouse: int, *, times: int, clients: int) -> float:
    """Return placed orders a second, over some connections at once."""

    def client(_: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for _turn in range(times // clients):
                _place(connection, {"variant": variant, "warehouse": warehouse})

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as crowd:
        list(crowd.map(client, range(clients)))
    return times / (time.perf_counter() - begun)


def _place(connection: psycopg.Connection, given: dict[str, object]) -> None:
    given["number"] = secrets.token_hex(8)
    with connection.transaction():
        connection.execute(PRICE, given)
        connection.execute(FREE, given)
        given["order"] = connection.execute(ORDER, given).fetchone()[0]
        given["line"] = connection.execute(LINE, given).fetchone()[0]
        for statement in REST:
            connection.execute(statement, given)
