"""The register in other people's words: each export is valid there, and has every field of ours."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Taxonomy
from pydantic import ValidationError

from oms import cli
from oms.kernel.config import Settings
from oms.kernel.egress import RECIPIENTS
from oms.kernel.register import KINDS, Basis, Category, Purpose
from oms.privacy.mapping import queries, terms
from storefront.app import create_store

OURS = {name: kind for name, kind in KINDS.items() if kind.type.__module__.startswith("oms.")}
FIELDS = {f"{kind.name}.{field.name}" for kind in OURS.values() for field in kind.fields}
KNOWN = {
    part: {entry.fides_key for entry in getattr(DEFAULT_TAXONOMY, part)}
    for part in ("data_category", "data_use", "data_subject")
}
_TERM = re.compile(r"^(dpv|pd):\w+$")


@pytest.fixture(autouse=True)
def only_ours() -> Iterator[None]:
    """Let the register hold the shop's kinds alone, and none that other tests declare."""
    everything = dict(KINDS)
    for name in everything.keys() - OURS.keys():
        del KINDS[name]
    yield
    KINDS.clear()
    KINDS.update(everything)


def _said(made: object) -> set[str]:
    """Return every word of the W3C's vocabulary in a JSON-LD document: keys, types and what is pointed at."""
    if isinstance(made, dict):
        inner = {each for name, value in made.items() if name != "@context" for each in _said(value)}
        return inner | {name for name in made if _TERM.match(name)}
    if isinstance(made, list):
        return {each for value in made for each in _said(value)}
    return {made} if isinstance(made, str) and _TERM.match(made) else set()


def _unknown(made: dict[str, Any]) -> set[str]:
    """Return the words of a data map that the taxonomy of Fides does not have."""
    wrong = set()
    for dataset in made["dataset"]:
        for each in (field for kept in dataset["collections"] for field in kept["fields"]):
            wrong |= set(each["data_categories"]) - KNOWN["data_category"]
            wrong |= set(each["data_subjects"]) - KNOWN["data_subject"]
    for system in made["system"]:
        for each in system["privacy_declarations"]:
            wrong |= set(each["data_categories"]) - KNOWN["data_category"]
            wrong |= {each["data_use"]} - KNOWN["data_use"]
    return wrong


@pytest.mark.parametrize("shape", queries.EXPORTS)
def test_every_field_of_the_register_is_in_each_export(shape: str) -> None:
    assert queries.fields_of(shape, queries.EXPORTS[shape]()) == FIELDS


def test_a_field_left_out_of_an_export_is_missed() -> None:
    own, fides, dpv = queries.own()[1:], queries.fides(), queries.dpv()
    del fides["dataset"][0]["collections"][0]["fields"][0]
    del dpv["dpv:hasPersonalDataProcess"][0]["dpv:hasPersonalData"][0]

    for shape, made in (("own", own), ("fides", fides), ("dpv", dpv)):
        assert len(FIELDS - queries.fields_of(shape, made)) == 1


def test_the_data_map_is_valid_by_the_models_of_fides() -> None:
    made = queries.fides()

    kept = Taxonomy.model_validate(made).model_dump(exclude_unset=True, mode="json")

    assert {
        (each["name"], field["name"], *field["data_categories"])
        for each in kept["dataset"][0]["collections"]
        for field in each["fields"]
    } == {
        (each["name"], field["name"], *field["data_categories"])
        for each in made["dataset"][0]["collections"]
        for field in each["fields"]
    }
    assert [each["privacy_declarations"] for each in kept["system"]] == [
        each["privacy_declarations"] for each in made["system"]
    ]
    assert _unknown(made) == set()


def test_the_data_map_sends_to_every_declared_recipient() -> None:
    outside = {each["name"] for each in queries.fides()["system"]} - {"Counterfoil"}

    assert outside == set(RECIPIENTS)


def test_a_wrong_data_map_is_refused() -> None:
    made = queries.fides()
    nameless, lawless, made_up = (copy.deepcopy(made) for _ in range(3))
    del nameless["dataset"][0]["collections"][0]["name"]
    lawless["system"][0]["privacy_declarations"][0]["legal_basis_for_processing"] = "because"
    made_up["dataset"][0]["collections"][0]["fields"][0]["data_categories"] = ["user.aura"]

    for wrong in (nameless, lawless):
        with pytest.raises(ValidationError):
            Taxonomy.model_validate(wrong)
    assert _unknown(made_up) == {"user.aura"}


def test_the_json_ld_uses_published_words_only() -> None:
    assert _said(queries.dpv()) - terms.PUBLISHED == set()
    assert "dpv:hasPersonalData" in _said(queries.dpv())


def test_a_word_that_nobody_published_is_seen() -> None:
    made = queries.dpv()
    made["dpv:hasPersonalDataProcess"][0]["dpv:hasAura"] = {"@id": "pd:Aura"}

    assert _said(made) - terms.PUBLISHED == {"dpv:hasAura", "pd:Aura"}


def test_every_purpose_basis_and_category_has_a_word() -> None:
    assert set(terms.USES) == set(Purpose)
    assert set(terms.BASES) == set(Basis)
    assert {field.category for kind in KINDS.values() for field in kind.fields} <= set(Category)
    for kind in KINDS.values():
        for field in kind.fields:
            assert all(terms.data_of(kind, field))


@pytest.mark.usefixtures("shop")
def test_the_command_prints_each_export(settings: Settings) -> None:
    app = create_store(settings)
    cli.register(app)
    runner = app.test_cli_runner()

    for shape in queries.EXPORTS:
        answer = runner.invoke(args=["privacy", "register", "--json", "--format", shape])
        assert answer.exit_code == 0, answer.output
        assert queries.fields_of(shape, json.loads(answer.output)) == FIELDS
    assert runner.invoke(args=["privacy", "register", "--format", "guess"]).exit_code == 2
