"""An ear over the whole suite: a test in which the shop reaches a strange place, or tells too much, fails.

This process listens to itself; every process that it starts has the ear of `ears/sitecustomize.py`, which
writes down what the parent then reads when the test has ended. Not heard: what is no Python, which is libpq
(the own Postgres) and the browser of the journeys, whose requests tests/privacy/test_quiet_pages.py looks at.
"""

import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tests.ears import sitecustomize as child
from tests.listeners import is_run_of
from tests.privacy.allowed import LISTS, RECIPIENTS, said_too_much, stray_heads, strays, strays_of_letter
from tests.privacy.wire import told_of

_ROOT = Path(__file__).parent


class StrangeError(AssertionError):
    """A test made the shop tell somebody what, or where, is declared nowhere."""


@dataclass
class Heard:
    """What was heard: requests by recipient, in how many tests, and all that is on no list."""

    calls: Counter[str] = field(default_factory=Counter)
    tests: int = 0
    strange: list[str] = field(default_factory=list)

    def add(self, told: tuple[dict[str, int], int, list[str]]) -> None:
        """Put in what another process heard."""
        self.calls.update(told[0])
        self.tests += told[1]
        self.strange += told[2]

    def packed(self) -> tuple[dict[str, int], int, list[str]]:
        """Return it as another process can take it."""
        return dict(self.calls), self.tests, self.strange

    def __str__(self) -> str:
        each = ", ".join(f"{name} {count}" for name, count in sorted(self.calls.items()))
        whole = f"heard {self.calls.total()} calls to {len(self.calls)} recipients ({each})"
        return f"{whole} in {self.tests} tests, {len(self.strange)} with anything undeclared"


class Ear:
    """The ear of this test process, over itself and over what it starts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.heard = folder, Heard()
        self.here: list[str] = []
        self.may: set[str] = set()
        self.people: dict[str, str] = {}
        self._told = child.Ear(str(folder), "tests")
        self._read = Counter[str]()
        self._known = {(host, child.NOWHERE) for host in child.HERE}

    def listen(self, event: str, given: tuple[Any, ...]) -> None:
        """Note and refuse what leads to a place that is none of this run's."""
        if event not in child.EVENTS:
            return
        place = child.place_of(event, given)
        if place is None or place in self._known or child.spelled(place) in self.may:
            return
        if self._told.may(place) or (place[1] and is_run_of(self.folder, *place)):
            self._known.add(place)
            return
        self.here.append(f"this process reached {child.spelled(place)}")
        raise PermissionError(f"{child.spelled(place)} is not a declared place")

    def knows(self, port: int) -> None:
        """Take a port of this machine for this run's own, before anybody listens there or after."""
        self._known |= {(host, port) for host in child.HERE}

    def meet(self, untellable: Callable[[], dict[str, str]]) -> None:
        """Learn what mails may not hold, where there are mails to read."""
        if any((self.folder / "letters").iterdir()):
            self.people |= untellable()

    def take(self) -> tuple[Counter[str], list[str]]:
        """Return what was heard since the last time: calls by recipient, and what is strange."""
        calls, strange = Counter[str](), [*dict.fromkeys(self.here)]
        self.here.clear()
        for line in self._new("places"):
            program, place = line.split("\t")
            if place not in self.may:
                strange.append(f"{program} reached {place}")
        for line in self._new("calls"):
            call = json.loads(line)
            party = call["party"]
            calls[party] += 1
            strange += [f"{party} was told: {one}" for one in _strays_of(call)]
        for path in sorted((self.folder / "letters").glob("*.copy")):
            calls["mail service"] += 1
            letter = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            found = strays_of_letter(letter) + said_too_much(letter, self.people)
            strange += [f"mail service was told: {one}" for one in found]
            path.unlink()
        self.people = {}
        return calls, strange

    def _new(self, name: str) -> Iterator[str]:
        path = self.folder / name
        if not path.exists() or path.stat().st_size == self._read[name]:
            return
        with path.open("rb") as file:
            file.seek(self._read[name])
            for line in file:
                if not line.endswith(b"\n"):  # it is still being written
                    return
                self._read[name] += len(line)
                yield line.decode().removesuffix("\n")


def _strays_of(call: dict[str, Any]) -> list[str]:
    heads = stray_heads(call["heads"])
    try:
        told = told_of(call["method"], call["target"], call["type"], call["body"].encode())
    except ValueError:
        return [*heads, f"{call['method']} {call['target']}: what nobody can read"]
    return heads + strays([told], LISTS[call["party"]])


_EARS: list[Ear] = []
_ALL = Heard()


@pytest.fixture
def ear() -> Ear:
    """Give the ear, for what a test wants to hear by itself: what it takes does not fail it."""
    return _EARS[-1]


def meet_people(untellable: Callable[[], dict[str, str]]) -> None:
    """Learn what mails may not hold, from the vault before it is emptied."""
    for one in _EARS:
        one.meet(untellable)


def knows(port: int) -> None:
    """Take a port of this machine for this run's own, where there is an ear."""
    for one in _EARS:
        one.knows(port)


@contextmanager
def reaching(*places: str) -> Iterator[None]:
    """Let this process, and those that it starts meanwhile, reach places that nobody declared."""
    before = os.environ.get("COUNTERFOIL_REACHES", "")
    os.environ["COUNTERFOIL_REACHES"] = "\n".join([before, *places])
    for one in _EARS:
        one.may |= set(places)
    try:
        yield
    finally:
        os.environ["COUNTERFOIL_REACHES"] = before
        for one in _EARS:
            one.may -= set(places)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen, in the process that runs tests."""
    config.addinivalue_line("markers", "reaches(*places): connects on purpose where nobody is declared")
    if not hasattr(config, "workerinput") and getattr(config.option, "numprocesses", None):
        return
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-ear-"))
    (folder / "letters").mkdir()
    os.environ["COUNTERFOIL_EAR"] = str(folder)
    beside = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(_ROOT / "ears"), *([beside] if beside else [])])
    _EARS.append(Ear(folder))
    sys.addaudithook(_EARS[-1].listen)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that says so reach more."""
    marks = [place for mark in item.iter_markers("reaches") for place in mark.args]
    if not _EARS or not marks:
        return (yield)
    with reaching(*marks):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Fail a test that made the shop tell what is on no list, once everything of it has ended."""
    result = yield
    if _EARS:
        calls, strange = _EARS[-1].take()
        _EARS[-1].heard.add((calls, 1, strange))
        if strange:
            raise StrangeError("\n".join(strange))
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - xdist's own
    """Take what another process of this run heard."""
    _ALL.add(getattr(node, "workeroutput", {}).get("heard", Heard().packed()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was heard to whoever started this process; fail a whole run that heard nothing."""
    for one in _EARS:
        _ALL.add(one.heard.packed())
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["heard"] = _ALL.packed()
    elif _ALL.strange or lacking(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def lacking(config: pytest.Config) -> list[str]:
    """Return the recipients that were told nothing in a run of every test there is: then nobody listened."""
    chosen = config.option.keyword or config.option.collectonly or config.option.maxfail
    if chosen or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return []
    return [f"{name} was told nothing in a whole run" for name in RECIPIENTS if name not in _ALL.calls]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was heard, and in one more for each thing that is on no list."""
    wrong = [*dict.fromkeys(_ALL.strange), *lacking(terminalreporter.config)]
    if _ALL.calls or wrong:
        terminalreporter.write_line(f"{_ALL}", red=bool(wrong))
    for line in wrong:
        terminalreporter.write_line(f"  {line}", red=True)


def pytest_unconfigure() -> None:
    """Let go of what was written down."""
    for one in _EARS:
        shutil.rmtree(one.folder, ignore_errors=True)
