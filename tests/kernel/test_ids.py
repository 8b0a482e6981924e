"""Names that nobody can guess: their form, their bits, and what is forgiven when people type them."""

import re
from collections import Counter
from hashlib import sha256
from math import log2

import pytest

from oms.kernel import ids


def test_an_order_number_is_ten_letters_of_fifty_random_bits() -> None:
    numbers = [ids.order_number() for _ in range(5_000)]
    form = r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}"
    assert all(re.fullmatch(form, number) for number in numbers)
    assert len(set(numbers)) == 5_000
    assert 10 * log2(len(set(ids.ALPHABET))) == 50
    for place in range(10):
        seen = Counter(number.replace("-", "")[place] for number in numbers)
        assert set(seen) == set(ids.ALPHABET)
        assert max(seen.values()) < 2 * 5_000 / 32


@pytest.mark.parametrize("typed", ["7KQ2-M4XD-9B", "7kq2m4xd9b", " 7KQ2 M4XD 9B ", "7KQ2—M4XD—9B"])
def test_an_order_number_is_read_as_people_write_it(typed: str) -> None:
    assert ids.read_order_number(typed) == "7KQ2-M4XD-9B"


def test_letters_that_look_like_digits_are_read_as_these() -> None:
    assert ids.read_order_number("OIL0-1111-9B") == "0110-1111-9B"


@pytest.mark.parametrize("typed", ["", "7KQ2-M4XD-9", "7KQ2-M4XD-9BB", "UUUU-UUUU-UU"])
def test_what_is_no_order_number_is_none(typed: str) -> None:
    assert ids.read_order_number(typed) == ""


def test_a_capability_has_128_bits_and_is_kept_as_its_hash() -> None:
    tokens = {ids.token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {22}  # 22 characters of six bits hold 128
    token = tokens.pop()
    assert ids.token_hash(token) == sha256(token.encode()).digest()


def test_ids_of_sealed_rows_are_128_random_bits() -> None:
    made = [ids.new_id().int for _ in range(2_000)]
    assert len(set(made)) == 2_000
    for bit in range(128):  # a version field, as UUIDs have, would be the same in each
        assert 800 < sum(number >> bit & 1 for number in made) < 1_200
    assert re.fullmatch(r"\d{8}", ids.code())
