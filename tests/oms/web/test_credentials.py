"""Passwords, authenticator codes and recovery codes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from oms.kernel.errors import BadInputError, UnavailableError
from oms.web import credentials

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# RFC 6238, appendix B, SHA-1: the last six of the eight digits given there.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_a_kept_password_is_argon2id_and_knows_its_own() -> None:
    kept = credentials.hash_password("correct horse battery")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert credentials.is_password(kept, "correct horse battery")
    assert not credentials.is_password(kept, "correct horse batterx")
    assert not credentials.is_outdated(kept)
    assert credentials.is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$YWJjZGVmZ2hpamtsbW5vcA")


def test_composed_and_decomposed_letters_are_one_password() -> None:
    kept = credentials.hash_password("gr\u00fc\u00dfe aus k\u00f6ln am rhein")
    assert credentials.is_password(kept, "gru\u0308\u00dfe aus ko\u0308ln am rhein")


def test_nobody_has_a_password_not_even_the_one_behind_the_stand_in() -> None:
    assert not credentials.is_password(None, "nobody has this password")
    assert not credentials.is_password(None, "")
    assert not credentials.is_password("no hash at all", "correct horse battery")


def test_a_password_beyond_256_characters_is_refused_without_hashing() -> None:
    assert not credentials.is_password(None, "x" * 257)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("fourteen chars", "at least 15"),
        ("x" * 257, "at most 256"),
        ("aaaaaaaaaaaaaaaaaa", "first guesses"),
        ("counterfoil123456789", "first guesses"),
        ("PasswordPassword1", "first guesses"),
        ("ada.lovelace2026", "first guesses"),
        ("qwertyuiop12345", "first guesses"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do(password: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said) as caught:
        credentials.check_strength(password, near=("ada.lovelace@shop.test",))
    assert caught.value.field == "password"


@pytest.mark.parametrize(
    "password", ["a sentence of my own", "tr0ub4dor&3 and four more", "ein Satz über Tinte"]
)
def test_a_long_password_needs_no_signs(password: str) -> None:
    credentials.check_strength(password, near=("ada@shop.test",))


def test_two_hash_and_one_waits_and_the_fourth_is_told_to_come_back() -> None:
    for turn in (credentials._line.acquire, credentials._line.acquire, credentials._line.acquire):
        assert turn(blocking=False)
    try:
        with pytest.raises(UnavailableError):
            credentials.hash_password("a sentence of my own")
    finally:
        for _ in range(3):
            credentials._line.release()


def test_a_flood_leaves_no_turn_taken() -> None:
    def try_once() -> None:
        try:
            credentials.is_password(None, "x")
        except UnavailableError:
            refused.append(1)

    refused: list[int] = []
    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) <= 5
    assert not credentials.is_password(None, "x")


def test_the_codes_of_the_standard_are_read() -> None:
    assert credentials.totp_step(RFC_SECRET, "287082", datetime.fromtimestamp(59, UTC)) == 1
    assert credentials.totp_step(RFC_SECRET, "081 804", datetime.fromtimestamp(1111111109, UTC)) == 37037036
    assert credentials.totp_step(RFC_SECRET, "005924", datetime.fromtimestamp(1234567890, UTC)) == 41152263


def test_a_code_drifts_by_one_step_and_not_by_two() -> None:
    at = datetime.fromtimestamp(1111111109, UTC)
    for seconds, step in ((-30, 37037036), (30, 37037036), (-60, None), (60, None)):
        assert credentials.totp_step(RFC_SECRET, "081804", at + timedelta(seconds=seconds)) == step


@pytest.mark.parametrize(
    "typed", ["", "28708", "2870822", "abcdef", "\uff12\uff18\uff17\uff10\uff18\uff12", "\x00"]
)
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert credentials.totp_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_a_secret_has_160_bits_and_reaches_the_app_by_address() -> None:
    secret = credentials.new_totp_secret()
    assert len(secret) == 32
    assert credentials.totp_address(secret, "Ada at the desk") == (
        f"otpauth://totp/Counterfoil:Ada%20at%20the%20desk?secret={secret}&issuer=Counterfoil"
    )


def test_a_recovery_code_is_forgiven_case_blanks_and_look_alikes() -> None:
    code = credentials.recovery_code()
    assert len(code) == 29
    assert code.count("-") == 5
    kept = credentials.recovery_hash(code)
    assert (
        credentials.recovery_hash(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == kept
    )
    assert credentials.recovery_hash(code[:-1]) != kept
