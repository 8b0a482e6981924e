"""Every column, every sealed record and every recipient is declared, and a forgotten one is caught."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, String, Table, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from oms import tables
from oms.kernel import register
from oms.kernel.db import Base, KeyringBase, Role, engine, keyring_engine
from oms.kernel.register import Basis, Category, Erase, Event, Field, Kind, Purpose, Retention, columns
from tests.privacy.completeness import (
    column_gaps,
    forgotten_modules,
    kind_gaps,
    recipient_gaps,
    unregistered,
)

ROOT = Path(__file__).parents[2]
# What opens a door is never handed out, to its own person either.
WITHOUT_COPY = frozenset({"staff.second_factor", "copy.mailbox", "export.file"})
OURS = [kind for kind in register.KINDS.values() if kind.type.__module__.startswith("oms.")]


def test_every_column_of_the_shop_is_declared() -> None:
    assert column_gaps(Base) == []


@pytest.mark.parametrize("process", ["wsgi", "oms.worker"])
def test_every_process_knows_the_whole_register(process: str) -> None:
    kinds, recipients = sorted(kind.name for kind in OURS), "oms.kernel.egress import RECIPIENTS"
    asked = f"import {process}; from oms.kernel.register import KINDS; from {recipients}"
    program = f"{asked}; print(*sorted(KINDS)); print(*RECIPIENTS, sep=chr(10))"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    known, *told = answer.stdout.splitlines()
    assert known.split() == kinds
    assert {name for kind in OURS for field in kind.fields for name in field.recipients} <= set(told)


def test_every_column_of_the_keyring_is_declared() -> None:
    assert column_gaps(KeyringBase) == []
    assert {"keys", "destructions", "index_salts"} <= set(KeyringBase.metadata.tables)


@pytest.mark.usefixtures("shop")
def test_the_databases_hold_no_table_or_column_beside_the_declared_ones() -> None:
    for connectable, metadata in (
        (engine(Role.MIGRATE), Base.metadata),
        (keyring_engine(), KeyringBase.metadata),
    ):
        found = inspect(connectable)
        for schema in ("public", "personal"):
            for table in found.get_table_names(schema=schema):
                if table == "alembic_version":
                    continue
                known = metadata.tables[table if schema == "public" else f"{schema}.{table}"]
                real = {column["name"] for column in found.get_columns(table, schema=schema)}
                assert real == set(known.columns.keys()), table


def test_everything_under_schema_personal_is_sealed_rows_and_their_indexes() -> None:
    personal = {table.name for table in Base.metadata.sorted_tables if table.schema == "personal"}

    assert personal == {"sealed", "blind_indexes"}


def test_every_record_of_a_personal_module_is_sealed_and_imported() -> None:
    modules = [module for module in tables.MODULES if module.__name__.endswith(".personal")]

    assert unregistered(modules, OURS) == []
    assert forgotten_modules(ROOT, [*tables.MODULES]) == []


def test_every_kind_says_why_until_when_and_can_be_copied() -> None:
    assert kind_gaps(OURS, WITHOUT_COPY) == []


def test_declared_recipients_and_the_register_name_each_other() -> None:
    gaps = [gap for gap in recipient_gaps() if "sample" not in gap]

    assert [gap for gap in gaps if not gap.endswith("which is not a declared recipient")] == []


class _Planted(DeclarativeBase):
    metadata = MetaData()


class _Complete(_Planted):
    __tablename__ = "complete"
    __columns__: ClassVar = columns("id name", "buyer_id")
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    buyer_id: Mapped[UUID]


class _Forgetful(_Planted):
    __tablename__ = "forgetful"
    __columns__: ClassVar = columns("id gone both", "both")
    id: Mapped[int] = mapped_column(primary_key=True)
    both: Mapped[str]
    added: Mapped[str]


class _Personal(_Planted):
    __tablename__ = "personal"
    __columns__: ClassVar = columns(
        "id contact_email ip street_1 last_name postcode_prefix needs_phone zipped shipments description"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    contact_email: Mapped[str]
    ip: Mapped[str]
    street_1: Mapped[str]
    last_name: Mapped[str]
    postcode_prefix: Mapped[str]
    needs_phone: Mapped[bool]
    zipped: Mapped[str]
    shipments: Mapped[str]
    description: Mapped[str]


class _Silent(_Planted):
    __tablename__ = "silent"
    id: Mapped[int] = mapped_column(primary_key=True)


def test_planted_omissions_in_tables_are_caught() -> None:
    Table("bare", _Planted.metadata, Column("note", String), extend_existing=True)

    assert sorted(column_gaps(_Planted)) == [
        "bare declares no columns",
        "forgetful.added is not declared",
        "forgetful.both is declared twice",
        "forgetful.gone does not exist",
        "personal.contact_email is named like a person's own",
        "personal.ip is named like a person's own",
        "personal.last_name is named like a person's own",
        "personal.street_1 is named like a person's own",
        "silent declares no columns",
    ]


def test_a_planted_record_that_is_not_sealed_is_caught() -> None:
    module = ModuleType("oms.planted.personal")

    @dataclasses.dataclass(frozen=True)
    class Loose:
        name: str

    Loose.__module__ = module.__name__
    module.Loose = Loose  # type: ignore[attr-defined]

    assert unregistered([module], OURS) == ["oms.planted.personal.Loose is not sealed"]


def test_a_planted_module_that_nobody_imports_is_caught(tmp_path: Path) -> None:
    for name in ("models.py", "personal.py", "queries.py"):
        path = tmp_path / "oms" / "planted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert forgotten_modules(tmp_path, []) == ["oms.planted.models", "oms.planted.personal"]


def test_planted_gaps_in_a_kind_are_caught() -> None:
    field = Field("name", " ", "", Category.ADDRESS, (), indexed=False, free_text=False)
    kind = Kind(
        name="planted",
        unit="order:7",
        type=object,
        purposes=frozenset({Purpose.DELIVERY}),
        basis=Basis.CONTRACT,
        retention=Retention(after=Event.DELIVERED, days=30, at_most=14),
        erase=Erase.DELETE_ROW,
        fields=(field,),
    )

    assert kind_gaps([kind], WITHOUT_COPY) == [
        "planted could not be copied for its person",
        "planted belongs to no sort of unit",
        "planted has no end that fits its beginning",
        "planted.name does not say label",
        "planted.name does not say why",
    ]
