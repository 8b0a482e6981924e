"""An envelope opens whole, with its own key, at its own place, or not at all."""

import hmac
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from oms.kernel.vault import master
from oms.kernel.vault.envelope import from_bytes, shut, to_bytes, unshut
from oms.kernel.vault.errors import BrokenSealError
from tests.kernel.vault.kinds import ADA, Account, Delivery

KEY = bytes(range(32))
PLACE = ("personal.sealed", "row", "kind", "order:7", "key")
any_text = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
awkward = st.sampled_from(
    ["", "\x00", "a\x00b", "👩🏽‍🚀", "שלום עולם", "ใจดี", "﷽", "\ud800", "\u202eevil", '"\\\n']
)
words = any_text | awkward


@given(words, st.lists(words, max_size=4), words)
def test_any_name_and_address_comes_back_as_it_was_given(name: str, lines: list[str], phone: str) -> None:
    given_record = Delivery(name, tuple(lines), phone=phone)

    envelope = shut(KEY, to_bytes(given_record), PLACE)

    assert from_bytes(Delivery, unshut(KEY, envelope, PLACE)) == given_record


@given(st.integers(min_value=-(2**63), max_value=2**63))
def test_any_whole_number_comes_back(number: int) -> None:
    assert from_bytes(Account, to_bytes(Account("a@b.example", attempts=number))).attempts == number


def test_no_flipped_bit_goes_unseen() -> None:
    envelope = shut(KEY, to_bytes(ADA), PLACE)

    for bit in range(len(envelope) * 8):
        changed = bytearray(envelope)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BrokenSealError):
            unshut(KEY, bytes(changed), PLACE)


def test_a_shortened_or_lengthened_envelope_does_not_open() -> None:
    envelope = shut(KEY, b"{}", PLACE)

    for wrong in [*(envelope[:n] for n in range(len(envelope))), envelope + b"\0"]:
        with pytest.raises(BrokenSealError):
            unshut(KEY, wrong, PLACE)


@pytest.mark.parametrize("part", range(len(PLACE)))
def test_an_envelope_moved_to_another_place_does_not_open(part: int) -> None:
    envelope = shut(KEY, b"{}", PLACE)
    elsewhere = tuple("another" if n == part else word for n, word in enumerate(PLACE))

    with pytest.raises(BrokenSealError):
        unshut(KEY, envelope, elsewhere)


def test_places_that_read_alike_when_joined_are_different_places() -> None:
    envelope = shut(KEY, b"{}", ("order:1", "2"))

    with pytest.raises(BrokenSealError):
        unshut(KEY, envelope, ("order:", "12"))


def test_two_envelopes_of_one_record_have_nothing_in_common() -> None:
    first, second = (shut(KEY, to_bytes(ADA), PLACE) for _ in range(2))

    assert first[1:13] != second[1:13]
    assert first[13:] != second[13:]


def test_the_cipher_is_aes_256_gcm_as_published() -> None:
    # Test case 14 of McGrew and Viega, "The Galois/Counter Mode of Operation": zero key, zero IV, zero block.
    sealed = AESGCM(bytes(32)).encrypt(bytes(12), bytes(16), None)

    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"


def test_a_value_that_would_not_come_back_is_refused() -> None:
    with pytest.raises(TypeError, match="text, whole numbers and tuples"):
        to_bytes(Delivery("Ada", ["a list"]))  # type: ignore[arg-type]


def test_a_record_sealed_before_a_field_was_added_or_dropped_still_opens() -> None:
    @dataclass(frozen=True)
    class Newer:
        name: str
        floor: str = "ground"

    assert from_bytes(Newer, to_bytes(ADA)) == Newer("Ada Lovelace")


def test_keys_are_derived_by_hkdf_as_published() -> None:
    # RFC 5869, 2.2 and 2.3, worked out step by step: an empty salt is as many zeros as the hash is long.
    pseudorandom = hmac.digest(bytes(32), KEY, "sha256")
    expected = hmac.digest(pseudorandom, b"counterfoil/wrapping\x01", "sha256")

    assert master.derive(KEY, b"", "wrapping") == expected
    assert master.derive(KEY, b"", "index/a") != master.derive(KEY, b"salt", "index/a") != expected
