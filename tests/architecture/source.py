"""The house's own source, as the rules look at it; every rule takes files, so that a fault can be planted."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("oms", "storefront", "migrations")
MODULE_LINES, FUNCTION_LINES, VIEW_LINES, PARAMETERS = 300, 50, 30, 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def functions(self) -> Iterator[Function]:
        return (n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))

    def imports(self) -> set[str]:
        """Return the dotted names that are imported, wherever in the file."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        return found


def sources(*folders: str) -> list[Source]:
    """Return every Python file below folders of the project, the wheel of the server among them."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def house() -> list[Source]:
    """Return the product's own source, without tests."""
    return [*sources(*PACKAGES), Source("wsgi.py", (ROOT / "wsgi.py").read_text("utf-8"))]


def planted(path: str, text: str) -> list[Source]:
    """Return a file that does not exist, with a fault in it."""
    return [Source(path, text)]


def length(function: Function) -> int:
    """Return how many lines a function takes, its decorators aside."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_view(function: Function) -> bool:
    """Say whether a function answers a route."""
    words = [ast.unparse(decorator) for decorator in function.decorator_list]
    return any(re.match(r"\w*blueprint\.(get|post|put|patch|delete|route)\(", word) for word in words)


def too_long(files: Sequence[Source]) -> list[str]:
    """Name every module, function and view beyond its budget, and every function of too many parameters."""
    found = [f"{f.path}: {n} lines" for f in files if (n := len(f.text.splitlines())) > MODULE_LINES]
    for file in files:
        for function in file.functions():
            most = VIEW_LINES if is_view(function) else FUNCTION_LINES
            if length(function) > most:
                found.append(f"{file.path}: {function.name} has {length(function)} lines, at most {most}")
            if _parameters(function) > PARAMETERS and "noqa: PLR0913 - " not in _head(file, function):
                found.append(f"{file.path}: {function.name} takes {_parameters(function)} parameters")
    return found


def _parameters(function: Function) -> int:
    given = function.args
    named = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in named if name not in {"self", "cls"}])


def _head(file: Source, function: Function) -> str:
    lines = file.text.splitlines()
    return "\n".join(lines[function.lineno - 1 : function.body[0].lineno])
