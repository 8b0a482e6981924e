"""Money as integers: minor units of an ISO 4217 currency, split without losing a cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor

from oms.kernel.errors import BadInputError


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# ISO 4217 exponents that differ from two (https://www.six-group.com, list one, 2024-06).
_ZERO = _codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")
_THREE = _codes("BHD IQD JOD KWD LYD OMR TND")
# Stripe's own list (https://docs.stripe.com/currencies): MGA is sent without decimals; ISK and UGX with two,
# for compatibility, although they have none; three-decimal amounts must end in 0. It takes no IQD and no LYD.
_STRIPE_ZERO = _codes("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
_STRIPE_THREE = _codes("BHD JOD KWD OMR TND")


def exponent(currency: str) -> int:
    """Return how many decimals the currency has by ISO 4217: 0, 2 or 3."""
    return 0 if currency in _ZERO else 3 if currency in _THREE else 2


def stripe_exponent(currency: str) -> int:
    """Return how many decimals an amount sent to Stripe has; raises ValueError for what Stripe lacks."""
    if currency in _THREE - _STRIPE_THREE:
        raise ValueError(f"Stripe takes no {currency}: it has no three decimals for it.")
    return 0 if currency in _STRIPE_ZERO else 3 if currency in _STRIPE_THREE else 2


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency; adding two currencies raises ValueError."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():  # noqa: PLR2004
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.amount * times, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add")
        return other.amount

    def decimal(self) -> Decimal:
        """Return the amount in major units, exact."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def for_stripe(self) -> int:
        """Return the integer that Stripe takes; raises ValueError where Stripe cannot hold the amount."""
        shift = stripe_exponent(self.currency) - exponent(self.currency)
        if shift >= 0:
            sent = self.amount * int(10**shift)
        else:
            sent, rest = divmod(self.amount, 10**-shift)
            if rest:
                raise ValueError(f"Stripe takes {self.currency} without its last decimals: {self.decimal()}")
        if self.currency in _STRIPE_THREE and sent % 10:
            raise ValueError(f"Stripe takes {self.currency} with a last digit of 0: {self.decimal()}")
        return sent

    @classmethod
    def from_stripe(cls, sent: int, currency: str) -> "Money":
        """Return the money that an integer of Stripe means; raises ValueError for broken minor units."""
        code = currency.upper()
        shift = stripe_exponent(code) - exponent(code)
        if shift < 0:
            return cls(sent * 10**-shift, code)
        amount, rest = divmod(sent, 10**shift)
        if rest:
            raise ValueError(f"{sent} of Stripe is no whole {code}")
        return cls(amount, code)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read major units such as `12.50`; raises BadInputError for anything but a plain exact number."""
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise BadInputError(f"{text.strip()[:40]!r} is not an amount. Write it like 12.50.") from None
        if not value.is_finite():
            raise BadInputError(f"{text.strip()[:40]!r} is not an amount. Write it like 12.50.")
        minor = value.scaleb(exponent(currency))
        if minor != minor.to_integral_value() or abs(minor) > 10**12:
            raise BadInputError(f"{text.strip()[:40]} has more decimals or digits than {currency} holds.")
        return cls(int(minor), currency)


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split minor units by weights, largest remainder first (Hamilton's method); the parts sum to the amount.

    Ties go to the earlier weight. Raises ValueError when there is nothing to weigh by.
    """
    total = sum(weights)
    if not weights or total <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative with a positive sum")
    sign = -1 if amount < 0 else 1
    shares = [divmod(abs(amount) * weight, total) for weight in weights]
    parts = [share[0] for share in shares]
    by_rest = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    for i in by_rest[: abs(amount) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def tax_within(gross: int, rate: Fraction) -> int:
    """Return the tax contained in a gross amount, in minor units, rounded half up."""
    return half_up(Fraction(gross) * rate / (1 + rate))


def tax_on(net: int, rate: Fraction) -> int:
    """Return the tax due on top of a net amount, in minor units, rounded half up."""
    return half_up(Fraction(net) * rate)


def half_up(value: Fraction) -> int:
    """Round to whole minor units, halves away from zero."""
    rounded = floor(abs(value) + Fraction(1, 2))
    return rounded if value >= 0 else -rounded
