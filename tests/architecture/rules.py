"""The rules that no linter knows; each takes files and names what breaks it."""

import ast
import re
from collections.abc import Sequence

from tests.architecture import names
from tests.architecture.source import Source

_WEB = re.compile(r"(flask|wtforms|werkzeug|flask_\w+)(\.|$)")
_QUEUE = re.compile(r"(rq|redis)(\.|$)")
_STRIPE = re.compile(r"stripe(\.|$)")
_KNOWS_QUEUES = frozenset({"oms/kernel/jobs.py", "oms/worker.py"})
_KNOWS_STRIPE = frozenset({"oms/payments/gateway.py", "oms/payments/webhooks.py"})
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")


def hidden_imports(files: Sequence[Source]) -> list[str]:
    """Name imports inside functions, and imports for the type checker alone."""
    found = [
        f"{file.path}:{node.lineno}"
        for file in files
        for function in file.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return found + [f"{f.path}: TYPE_CHECKING" for f in files if "typing.TYPE_CHECKING" in f.imports()]


def commits(files: Sequence[Source]) -> list[str]:
    """Name every call of `commit()` outside the one place."""
    return [
        f"{file.path}:{node.lineno}"
        for file in files
        if file.path != "oms/kernel/db.py" and not file.path.startswith("migrations/")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def unknown_names(files: Sequence[Source]) -> list[str]:
    """Name every module whose name the house does not know."""
    found = []
    for file in files:
        parts = file.path.removesuffix(".py").split("/")
        if parts[0] not in {"oms", "storefront"} or file.path in names.ALSO or len(parts) < 3:
            continue
        if parts[:2] == ["oms", "kernel"]:
            is_known = parts[2] in names.KERNEL
        elif parts[0] == "oms" and parts[1] in names.NO_FEATURES:
            is_known = True
        else:
            is_known = parts[-1] in (names.FACE if parts[0] == "storefront" else names.FEATURE)
        if not is_known:
            found.append(f"{file.path}: no name of the house; give it one, or write it down in names.py")
    return found


def talking_packages(files: Sequence[Source]) -> list[str]:
    """Name every `__init__.py` of a feature that holds more than its docstring, or lacks it."""
    return [
        file.path
        for file in files
        if file.name == "__init__.py" and not file.path.startswith(("oms/kernel/", "migrations/"))
        if len(file.tree.body) != 1 or not ast.get_docstring(file.tree)
    ]


def misplaced_words(files: Sequence[Source]) -> list[str]:
    """Name every import of the web, a queue or Stripe where a file may not know of it."""
    found = []
    for file in files:
        parts = file.path.removesuffix(".py").split("/")
        is_of_feature = parts[0] == "oms" and len(parts) > 2 and parts[1] not in {"web", "local"}
        for name in sorted({name.partition(".")[0] for name in file.imports()}):
            is_wrong = (
                (_WEB.match(name) and is_of_feature and parts[-1] not in names.OF_THE_WEB)
                or (_QUEUE.match(name) and parts[:2] != ["oms", "local"] and file.path not in _KNOWS_QUEUES)
                or (_STRIPE.match(name) and file.path not in _KNOWS_STRIPE)
            )
            if is_wrong:
                found.append(f"{file.path}: {name}")
    return found


def readers_of_the_clock(files: Sequence[Source]) -> list[str]:
    """Name every call of `datetime.now()` and its like outside the clock, where no test could travel."""
    calls = {"datetime.now", "datetime.utcnow", "date.today", "datetime.datetime.now", "datetime.date.today"}
    return [
        f"{file.path}:{node.lineno}"
        for file in files
        if file.path != "oms/kernel/clock.py" and not file.path.startswith("oms/local/")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in calls
    ]


def pretended_tests(files: Sequence[Source]) -> list[str]:
    """Name tests that patch, skip but by `without` (which CI refuses), or expect to fail."""
    wrong = re.compile(
        r"unittest.mock|monkeypatch\.setattr|mark\.(skip|xfail)|pytest\.(xfail|skip\()|importorskip"
    )
    return [
        f"{f.path}: {m.group()}"
        for f in files
        if f.path != "tests/lacking.py"
        for m in wrong.finditer(f.text)
    ]


def unfinished(files: Sequence[Source]) -> list[str]:
    """Name what says of itself that it is not done."""
    return [f"{f.path}: {m.group()}" for f in files for m in _UNFINISHED.finditer(f.text)]
