"""The floors inside a feature, what one feature may have of another, and who may open a transaction."""

import ast
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from tests.architecture import names
from tests.architecture.source import Function, Source

# From the top: a file imports files of its own feature on its own floor or lower, never higher.
_FLOORS = (
    {"views", "webhooks", "handlers", "commands", "checks"},
    {"pages"},
    {"forms"},
    {"runs"},
    {"actions", "gateway"},
    {"queries"},
    {"models", "personal"},
    {"states"},
)
_FLOOR = {name: number for number, floor in enumerate(_FLOORS) for name in floor}
_OF_THE_FEATURE_ALONE = frozenset({"views", "forms", "handlers", "webhooks"})
_ROOFS = frozenset({"app", "cli", "worker"})
_OPENERS = frozenset({"transaction", "keyring_transaction"})
_MAY_OPEN = frozenset({"views", "webhooks", "handlers", "commands", "runs"})


def _imported(file: Source, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Give (feature, file's name) of each module of the house that a file imports."""
    for name in sorted(file.imports() & known):
        yield _feature(name), name.rpartition(".")[2]


def _feature(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _modules(files: Sequence[Source]) -> frozenset[str]:
    return frozenset(_module(file.path) for file in files)


def _in_a_feature(file: Source) -> bool:
    parts = file.path.split("/")
    return len(parts) > 2 and (parts[0] == "storefront" or parts[1] not in names.NO_FEATURES)


def climbing(files: Sequence[Source], known: frozenset[str] | None = None) -> list[str]:
    """Name imports of a higher floor of the same feature, and of a gateway by actions or the other way."""
    found, known = [], known or _modules(files)
    for file in filter(_in_a_feature, files):
        own = _module(file.path).rpartition(".")[2]
        for feature, name in _imported(file, known):
            if feature != _feature(_module(file.path)) or own not in _FLOOR or name not in _FLOOR:
                continue
            if _FLOOR[name] < _FLOOR[own] or {own, name} == {"actions", "gateway"}:
                found.append(f"{file.path}: {name}")
    return found


def borrowing(files: Sequence[Source], known: frozenset[str] | None = None) -> list[str]:
    """Name imports of another feature's views, forms, handlers and webhooks; the roofs put all together."""
    found, known = [], known or _modules(files)
    for file in files:
        own = _module(file.path)
        if own.rpartition(".")[2] in _ROOFS or not file.path.startswith(("oms/", "storefront/")):
            continue
        for feature, name in _imported(file, known):
            is_other = feature != _feature(own) and feature.rpartition(".")[2] not in names.NO_FEATURES
            if is_other and name in _OF_THE_FEATURE_ALONE and (file.path, feature) not in names.SHARED_FORMS:
                found.append(f"{file.path}: {name} of {feature}")
    return found


def openers(files: Sequence[Source]) -> list[str]:
    """Name transactions that are opened where neither the name of the file nor the list of runs allows it."""
    return [
        f"{file.path}: {function.name}"
        for file in filter(_in_a_feature, files)
        if file.name.removesuffix(".py") not in _MAY_OPEN
        for function in file.functions()
        if opens(function) and function.name not in names.OPENERS.get(file.path, frozenset())
    ]


def borrowed_sessions(files: Sequence[Source]) -> list[str]:
    """Name functions that open a transaction though they are given one."""
    return [
        f"{file.path}: {function.name}"
        for file in filter(_in_a_feature, files)
        for function in file.functions()
        if opens(function) and any(_is_session(argument) for argument in function.args.args)
    ]


def _is_session(argument: ast.arg) -> bool:
    return argument.annotation is not None and ast.unparse(argument.annotation) == "Session"


def opens(function: Function) -> bool:
    """Say whether a function opens a transaction itself."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _OPENERS
        for node in ast.walk(function)
    )


def _modules_of(file: Source, known: frozenset[str]) -> Iterator[str]:
    """Give each module that a file imports; of `from package import module` the module alone."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found = whole if whole in known else node.module
                if found in known:
                    yield found


def circles(files: Sequence[Source]) -> list[str]:
    """Name a circle of modules that import each other, wherever in the house; none or the first."""
    known = _modules(files)
    graph = {_module(file.path): set(_modules_of(file, known)) for file in files}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" -> ".join(error.args[1])]
    return []
