"""The two commands as people type them: a fresh clone with blanks in its path, not as root, two at once."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from oms.local.account import Account, server_account
from oms.local.clean import clean
from tests.launch import Launch, free_port, soon

pytestmark = pytest.mark.faults
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Clone:
    """A fresh clone, somebody's own, in a folder with a blank in its name; so has its STATE_DIR."""

    home: Path
    account: Account

    @property
    def state(self) -> Path:
        """Where its shop keeps everything."""
        return self.home / "of the shop"

    def make(self, *words: str, **settings: str) -> "subprocess.Popen[str]":
        """Type `make` and some words in it, as its owner."""
        kept = ("PIP_", "UV_", "SSL_")
        environ = {name: value for name, value in os.environ.items() if name.startswith(kept)}
        environ |= {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "STATE_DIR": str(self.state)}
        return subprocess.Popen(
            ["make", *words],
            cwd=self.home / "the clone",
            env={**environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.account.user,
            group=self.account.group,
            extra_groups=self.account.groups,
            start_new_session=True,
        )


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    account = server_account()
    home = Path(tempfile.mkdtemp(prefix="shop with blanks "))
    account.own(home)
    subprocess.run(["git", "clone", "-q", _ROOT, home / "the clone"], check=True)
    if account.switches:
        subprocess.run(["chown", "-R", f"{account.uid}:{account.gid}", home], check=True)
    yield Clone(home, account)
    clean(home / "of the shop")
    shutil.rmtree(home)


def _until_ready(run: "subprocess.Popen[str]") -> list[str]:
    said: list[str] = []
    assert run.stdout is not None
    for line in run.stdout:
        said.append(line)
        if "Ctrl-C stops everything" in line:
            threading.Thread(target=run.stdout.read, daemon=True).start()
            return said
    raise AssertionError("".join(said))


def _interrupted(run: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C: the terminal tells make and all that it started in the foreground."""
    os.killpg(run.pid, signal.SIGINT)
    run.wait(60)


def test_an_ordinary_user_runs_a_fresh_clone_in_a_path_with_blanks(clone: Clone) -> None:
    """Each step tells its time, the sign-ins are shown, it sells; the second start is ready in seconds."""
    port = str(free_port())
    shop = Launch(clone.state)
    first = clone.make("run", PORT=port)
    said = "".join(_until_ready(first))
    steps = re.findall(r"^  ([a-z -]+?)(?:: [a-z, ]+)?: \d+\.\d s", said, re.MULTILINE)
    assert steps == [
        "virtual environment",
        "packages",
        "set-up",
        "embedded services",
        "stand-ins",
        "migrations",
        "demo shop",
        "web",
    ]
    assert f"\nready http://127.0.0.1:{port}\n" in said
    for name in ("owner", "packer", "service", "privacy", "finance"):
        assert f"{name}@shop.test" in said
    assert re.search(r"password \S+.*TOTP secret [A-Z2-7]{16,}", said)
    page = requests.get(f"http://127.0.0.1:{port}/eu-en/", timeout=30)
    assert (page.status_code, "<h1" in page.text) == (200, True)
    owners = {Path(f"/proc/{number}").stat().st_uid for number in shop.processes()}
    assert owners == {clone.account.uid}
    _interrupted(first)
    assert soon(lambda: shop.processes() == {}, 30), shop.processes()

    begun = time.monotonic()
    second = clone.make("run", PORT=port)
    said = "".join(_until_ready(second))
    assert time.monotonic() - begun < 60
    assert "demo shop" not in said
    assert "packages" not in said
    _interrupted(second)
    assert soon(lambda: shop.processes() == {}, 30), shop.processes()


def test_a_test_runs_in_a_path_with_blanks_and_leaves_its_results(clone: Clone) -> None:
    done = clone.make("test", "ARGS=-q tests/kernel/test_money.py tests/kernel/test_outbox.py")
    said, _ = done.communicate(timeout=900)
    assert done.returncode == 0, said
    written = (clone.state / "tests.xml").read_text()
    assert 'failures="0"' in written
    assert 'classname="tests.kernel.test_outbox"' in written


@pytest.fixture
def two() -> Iterator[tuple[Launch, Launch]]:
    folders = [_ROOT / "var" / "faults one", _ROOT / "var" / "faults two"]
    for folder in folders:
        clean(folder)
    shops = (Launch(folders[0]), Launch(folders[1]))
    yield shops
    for shop in shops:
        shop.end()
    for folder in folders:
        clean(folder)


def _answers(shop: Launch) -> bool:
    return requests.get(f"{shop.address}/readyz", timeout=20).status_code == 200


def test_one_of_two_shops_is_stopped_and_the_other_does_not_notice(two: tuple[Launch, Launch]) -> None:
    one, other = two
    run = one.until_ready()
    other.until_ready()
    assert one.address != other.address
    assert _answers(one)
    assert _answers(other)
    for word in ("granian", "oms.worker", "oms.worker relay", "oms.local.stripe", "postgres -D", "valkey"):
        assert soon(lambda word=word: bool(one.processes(word) and other.processes(word)), 60), word
    before = set(other.processes("postgres -D")) | set(other.processes("oms."))
    run.send_signal(signal.SIGINT)
    assert run.wait(60) == 0
    assert one.processes() == {}
    assert before - set(other.processes()) == set()
    assert _answers(other)
