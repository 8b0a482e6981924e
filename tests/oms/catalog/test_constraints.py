"""What the database itself refuses, whoever writes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oms.kernel.db import transaction

_SHOP = """
INSERT INTO markets (code, currency, tax_included, default_language, languages, countries)
VALUES ('eu', 'EUR', true, 'en', '{en,de}', '{NL,DE}');
INSERT INTO products (handle) VALUES ('field-notebook');
INSERT INTO variants (product_id, sku, choices) VALUES (1, 'NB-FIELD-GRN', '{color=green}');
INSERT INTO prices (variant_id, market_code, amount) VALUES (1, 'eu', 1450);
"""
_REFUSED = {
    "a price of nothing": ("UPDATE prices SET amount = 0", "amount_is_positive"),
    "a negative price": ("UPDATE prices SET amount = -1", "amount_is_positive"),
    "an earlier price that was lower": ("UPDATE prices SET compare_at = 1450", "compare_at_is_higher"),
    "an empty SKU": ("UPDATE variants SET sku = ''", "sku_is_given"),
    "a SKU in blanks": ("UPDATE variants SET sku = ' A '", "sku_is_given"),
    "a SKU twice": ("INSERT INTO variants (product_id, sku) VALUES (1, 'NB-FIELD-GRN')", "uq_variants_sku"),
    "one combination twice": (
        "INSERT INTO variants (product_id, sku, choices) VALUES (1, 'OTHER', '{color=green}')",
        "uq_variants_product_id",
    ),
    "a negative weight": ("UPDATE variants SET weight_grams = -1", "weight_is_not_negative"),
    "a handle with a blank": ("UPDATE products SET handle = 'a b'", "handle_fits_an_address"),
    "a handle with a slash": ("UPDATE products SET handle = 'a/b'", "handle_fits_an_address"),
    "a publication without a date": ("UPDATE products SET status = 'published'", "published_is_dated"),
    "an HS code in words": ("UPDATE products SET hs_code = 'paper'", "hs_code_is_digits"),
    "a currency in words": ("UPDATE markets SET currency = 'euro'", "currency_is_iso"),
    "a default nobody speaks": ("UPDATE markets SET default_language = 'zh'", "default_language_is_spoken"),
    "a variant that is priced gone": ("DELETE FROM products", "fk_variants_product_id"),
}


@pytest.mark.parametrize("what", _REFUSED)
@pytest.mark.usefixtures("shop")
def test_the_database_refuses(what: str) -> None:
    with transaction() as session:
        session.execute(text(_SHOP))
        before = session.execute(text("SELECT * FROM variants, prices, products, markets")).all()
    statement, constraint = _REFUSED[what]
    with pytest.raises(IntegrityError, match=constraint), transaction() as session:
        session.execute(text(statement))
    with transaction() as session:
        assert session.execute(text("SELECT * FROM variants, prices, products, markets")).all() == before
