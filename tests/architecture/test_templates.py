from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest

from tests.components.press import SAMPLES, STATIC, TEMPLATES, bundle, environment

COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
PAGES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".svg"})
SHEETS = sorted((STATIC / "css").rglob("*.css"))
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|<style|<script(?![^>]*\ssrc=)""", re.IGNORECASE)
PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right|top|bottom)|(?:^|[\s;{])(?:left|right|width|height):"
)
RAW = re.compile(r"oklch\(|#[0-9a-f]{3,8}\b|\brgb\(", re.IGNORECASE)
KEPT = 40 * 1024
SCRIPT_KEPT = 15 * 1024


def inline_code(html: str) -> list[str]:
    """What a strict Content-Security-Policy would refuse."""
    return INLINE.findall(html)


def unused_imports(source: str) -> list[str]:
    """Macros that a template imports and never calls."""
    lists = re.findall(r"{% from \S+ import ([^%]+) %}", source)
    names = [name.split(" as ")[-1].strip() for found in lists for name in found.split(",")]
    return [name for name in names if len(re.findall(rf"\b{name}\b", source)) < 2]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_parses_and_uses_what_it_imports(path: Path) -> None:
    source = path.read_text("utf-8")
    environment().parse(source)
    assert unused_imports(source) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_holds_code_that_the_policy_refuses(path: Path) -> None:
    assert inline_code(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "html", ['<p style="color:red">', "<p onclick='x()'>", "<script>x()</script>", "<style>p{}</style>"]
)
def test_code_inside_a_template_is_noticed(html: str) -> None:
    assert len(inline_code(html)) == 1


def test_an_import_that_nothing_uses_is_noticed() -> None:
    assert unused_imports('{% from "components/chip.html" import chip, code %}{{ chip("x") }}') == ["code"]
    assert unused_imports('{% from "components/form.html" import form as posted %}{{ form }}') == ["posted"]


def test_templates_and_their_companions_keep_to_their_length() -> None:
    limits = [(PAGES, 150), (SHEETS, 300), (SCRIPTS, 150)]
    long = [
        path.name
        for paths, most in limits
        for path in paths
        if len(path.read_text("utf-8").splitlines()) > most
    ]
    assert long == []


def test_a_component_is_a_macro_a_stylesheet_and_a_test_of_one_name() -> None:
    names = [path.stem for path in COMPONENTS]
    sheets = sorted(path.stem for path in (STATIC / "css" / "components").glob("*.css"))
    tests = Path(__file__).parents[1] / "components"
    assert sheets == names
    assert [name for name in names if not (tests / f"test_{name.replace('-', '_')}.py").exists()] == []


def test_every_component_is_in_the_living_sample() -> None:
    seen = (SAMPLES / "kit.html").read_text("utf-8")
    seen += "".join(
        path.read_text("utf-8") for path in [*COMPONENTS, *(TEMPLATES / "layouts").glob("*.html")]
    )
    assert [path.stem for path in COMPONENTS if f'"components/{path.name}"' not in seen] == []


@pytest.mark.parametrize("name", ["store.css", "desk.css"])
def test_a_style_sheet_stays_small(name: str) -> None:
    assert len(bundle(name).encode()) <= KEPT


@pytest.mark.parametrize("name", ["store.js", "desk.js"])
def test_a_script_stays_small_and_imports_nothing(name: str) -> None:
    text = bundle(name)
    assert len(text.encode()) <= SCRIPT_KEPT
    assert re.findall(r"^(?:import|export)\b", text, re.MULTILINE) == []


def test_only_the_tokens_hold_raw_colors() -> None:
    assert [
        path.name
        for path in SHEETS
        if path.name != "tokens.css" and RAW.search(path.read_text("utf-8").replace("#000", ""))
    ] == []


def test_layout_is_logical_so_that_right_to_left_works() -> None:
    found = {path.name: PHYSICAL.findall(path.read_text("utf-8")) for path in SHEETS}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_rule_stands_in_a_layer() -> None:
    assert [path.name for path in SHEETS if "@layer" not in path.read_text("utf-8")] == []
    assert (
        (STATIC / "css" / "tokens.css")
        .read_text("utf-8")
        .startswith("@layer reset, base, layout, components, screens, utilities;")
    )


def test_a_template_that_does_not_parse_is_noticed() -> None:
    with pytest.raises(jinja2.TemplateSyntaxError):
        environment().parse("{% if %}")
