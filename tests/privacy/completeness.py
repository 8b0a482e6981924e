"""What the register must know, as functions over what they are given, so that a fault can be planted."""

import dataclasses
import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from oms.kernel import egress, register
from oms.kernel.register import Columns, Kind, Purpose

# A column of this name holds a person, whatever else it may be called: it belongs into the vault.
_TELLTALE = re.compile(
    r"(^|_)(e?mail|phone|mobile|street|address|postcode|zip|surname|birth\w*|ip|user_agent|latitude|iban)($|_)"
    r"|^(first|last|full|given|family|nick)_?name$"
)
# Tables about the shop itself: a warehouse has an address, and it is on every label.
_OF_THE_SHOP = frozenset({"warehouses"})
# A coarse part, a rule about a field, a moment: they speak of such a thing and hold none.
_HARMLESS = re.compile(r"^(needs|requires|asks|has|is|wants)_|_(prefix(es)?|at|rules?|format|count)$")


def column_gaps(base: type[DeclarativeBase], metadata: MetaData | None = None) -> list[str]:
    """Return every column that is declared in no list, in both, or does not exist; and undeclared tables."""
    declared = {
        mapper.local_table.name: getattr(mapper.class_, "__columns__", None)
        for mapper in base.registry.mappers
        if mapper.local_table is not None
    }
    wrong: list[str] = []
    for table in (metadata or base.metadata).sorted_tables:
        columns = declared.get(table.name)
        if not isinstance(columns, Columns):
            wrong.append(f"{table.name} declares no columns")
            continue
        real = {column.name for column in table.columns}
        known = columns.plain | columns.pseudonymous
        wrong += [f"{table.name}.{name} is not declared" for name in sorted(real - known)]
        wrong += [f"{table.name}.{name} does not exist" for name in sorted(known - real)]
        wrong += [
            f"{table.name}.{name} is declared twice" for name in sorted(columns.plain & columns.pseudonymous)
        ]
        wrong += [
            f"{table.name}.{name} is named like a person's own"
            for name in sorted(real)
            if table.name not in _OF_THE_SHOP and _TELLTALE.search(name) and not _HARMLESS.search(name)
        ]
    return wrong


def unregistered(modules: Iterable[ModuleType], kinds: Iterable[Kind]) -> list[str]:
    """Return the dataclasses of `personal.py` modules that no kind seals."""
    sealed = {kind.type for kind in kinds}
    return [
        f"{cls.__module__}.{cls.__name__} is not sealed"
        for module in modules
        for cls in vars(module).values()
        if inspect.isclass(cls)
        and dataclasses.is_dataclass(cls)
        and cls.__module__ == module.__name__
        and cls not in sealed
    ]


def forgotten_modules(root: Path, known: Iterable[ModuleType]) -> list[str]:
    """Return the files of tables and sealed records that nobody imports in one place."""
    names = {module.__name__ for module in known}
    files = [*root.glob("oms/**/models.py"), *root.glob("oms/**/personal.py")]
    found = {".".join(path.relative_to(root).with_suffix("").parts) for path in files}
    return sorted(found - names)


def kind_gaps(kinds: Iterable[Kind], without_copy: frozenset[str]) -> list[str]:
    """Return what a declaration leaves open: words for the screen, a way to a copy, an end that comes."""
    wrong: list[str] = []
    for kind in kinds:
        if Purpose.RIGHTS not in kind.purposes and kind.name not in without_copy:
            wrong.append(f"{kind.name} could not be copied for its person")
        if not kind.unit or ":" in kind.unit:
            wrong.append(f"{kind.name} belongs to no sort of unit")
        if not 0 <= kind.retention.days <= kind.retention.at_most or kind.retention.at_most < 1:
            wrong.append(f"{kind.name} has no end that fits its beginning")
        wrong += [
            f"{kind.name}.{field.name} does not say {word}"
            for field in kind.fields
            for word in ("label", "why")
            if not getattr(field, word).strip()
        ]
    return wrong


def recipient_gaps() -> list[str]:
    """Return where recipients and register disagree: each must name the other, field by field."""
    known = {f"{kind.name}.{field.name}": field for kind in register.KINDS.values() for field in kind.fields}
    wrong = []
    for told in egress.RECIPIENTS.values():
        for name in told.fields:
            if name not in known:
                wrong.append(f"{told.name} may get {name}, which is not in the register")
            elif told.name not in known[name].recipients:
                wrong.append(f"{told.name} may get {name}, whose declaration does not name it")
    for name, field in known.items():
        for recipient in field.recipients:
            if recipient not in egress.RECIPIENTS:
                wrong.append(f"{name} goes to {recipient}, which is not a declared recipient")
            elif name not in egress.RECIPIENTS[recipient].fields:
                wrong.append(f"{name} goes to {recipient}, whose list does not hold it")
    return wrong
