"""Stripe's own minor units, which are not ISO 4217's (docs.stripe.com/currencies#minor-units)."""

from oms.local.stripe import errors

ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
# Sent as if they had two decimals, although nothing smaller than one whole unit exists.
WHOLE_UNITS_TIMES_100 = frozenset(("isk", "ugx"))


def check(amount: int, currency: str, param: str) -> None:
    """Refuse an amount that the currency cannot carry, in Stripe's minor units."""
    if currency in THREE_DECIMAL and amount % 10:
        text = f"Invalid amount for {currency}: the last digit of a three-decimal amount must be 0"
        raise errors.invalid(text, param, "parameter_invalid_integer")
    if currency in WHOLE_UNITS_TIMES_100 and amount % 100:
        text = f"Invalid amount for {currency}: must be a whole number of units times 100"
        raise errors.invalid(text, param, "parameter_invalid_integer")


def shown(amount: int, currency: str) -> str:
    """Return the amount as the pay page writes it, e.g. `12.50 EUR`."""
    digits = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    whole, part = divmod(abs(amount), 10**digits)
    text = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    return f"{'-' if amount < 0 else ''}{text} {currency.upper()}"
