"""Cards of a made-up bank, whose numbers begin alike, and a search for them and for any other card's number.

    bank = Bank()
    ...somebody types bank.number(), bank.code() into a page that is not ours...
    assert held(bank, postgres(url), valkey(redis_url)) == []

Only how they begin is kept here, so that a number that is found was kept by somebody else.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from tests.privacy.canaries import Person, Source, find, letters

# A number in one run, in fours, or as American Express writes it; beside it no letter, digit or dash.
_RUN = rb"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}"
_ALONE = re.compile(rb"(?<![0-9A-Za-z.-])(?:" + _RUN + rb")(?![0-9A-Za-z-])")
# Who issues cards for payments: ISO/IEC 7812-1's digits for travel, banking, and Mastercard's second range.
_ISSUED = re.compile(rb"[3-6]|2[2-7]")
_CODE = re.compile(rb"(?i)\b(?:cvc|cvv)2?[\"' ]*[:=][\"' ]*\d{3,4}\b")
_FEWEST = 13


def is_valid(digits: bytes) -> bool:
    """Say whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    told = [int(chr(digit)) for digit in digits]
    return (sum(told[-1::-2]) + sum(sum(divmod(2 * one, 10)) for one in told[-2::-2])) % 10 == 0


def numbers_in(content: bytes) -> Iterator[bytes]:
    """Give each number of a card that stands alone in a content, and each code beside its name."""
    for found in _ALONE.finditer(content):
        digits = re.sub(rb"\D", b"", found[0])
        if len(digits) >= _FEWEST and _ISSUED.match(digits) and is_valid(digits):
            yield found[0]
    yield from (found[0] for found in _CODE.finditer(content))


def _mark() -> str:
    return f"zq{letters(10)}"


@dataclass(frozen=True)
class Bank:
    """Ten digits with which its numbers begin; the words with which its codes and its other data begin."""

    start: int = field(default_factory=lambda: 4 * 10**9 + secrets.randbelow(10**9))
    code_start: str = field(default_factory=_mark)
    data_start: str = field(default_factory=_mark)

    def number(self, length: int = 16, between: str = "") -> str:
        """Return a new number of 13 to 19 digits, in fours where there is something between."""
        rest = "".join(secrets.choice("0123456789") for _ in range(length - 11))
        plain = next(
            f"{self.start}{rest}{last}"
            for last in range(10)
            if is_valid(f"{self.start}{rest}{last}".encode())
        )
        return between.join(plain[at : at + 4] for at in range(0, length, 4)) if between else plain

    def code(self) -> str:
        """Return a new security code; longer than a real one, which would be anywhere by chance."""
        return f"{self.code_start}-{secrets.randbelow(1000):03}"

    def data(self) -> str:
        """Return anything else that is told of a card or its holder."""
        return f"{self.data_start}-{secrets.randbelow(1000):03}"

    @property
    def starts(self) -> dict[str, str]:
        """How what it gives begins, by what it is and how it is written."""
        start = str(self.start)
        apart = {how: mark.join((start[:4], start[4:8], start[8:])) for how, mark in _BETWEEN.items()}
        return {"number": start, **apart, "code": self.code_start, "data": self.data_start}

    @property
    def pattern(self) -> str:
        """A pattern for what it gives: only for more than how it begins."""
        digits = "[ -]?".join(str(self.start))
        return rf"{digits}(?:[ -]?\d){{3}}|(?:{self.code_start}|{self.data_start})-\d"


_BETWEEN = {"number with blanks": " ", "number with dashes": "-"}


def lying(bank: Bank, *sources: Source) -> list[str]:
    """Return where something of a bank lies, in any form."""
    person = Person(bank.starts, bank.starts)
    return [f"{one.place}: {one.what}, {one.form}" for one in find([person], *sources)]


def held(bank: Bank, *sources: Source) -> list[str]:
    """Return the same, and where any number stands that a card could have; for texts, not for raw disks."""
    found = dict[str, None]()
    for place, content in chain(*sources):
        found |= dict.fromkeys(lying(bank, [(place, content)]))
        for number in numbers_in(content):
            found[f"{place}: {number[:4].decode()}…{number[-2:].decode()} of a card"] = None
    return list(found)
