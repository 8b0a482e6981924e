"""Prints our templates as the applications do, from given values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import jinja2

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
SAMPLES = Path(__file__).parent / "samples"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def bundle(name: str) -> str:
    """What `asset(name)` stands for: the shared sheets or scripts, then those of the store or the desk."""
    stem, suffix = name.rsplit(".", 1)
    folder = STATIC / suffix
    if suffix == "css":
        files = [folder / f"{part}.css" for part in ("tokens", "reset", "base", "layout")]
        files += sorted((folder / "components").glob("*.css")) + sorted((folder / stem).glob("*.css"))
        return "\n".join(file.read_text("utf-8") for file in [*files, folder / "print.css"])
    files = sorted(folder.glob("*.js")) + sorted((folder / stem).glob("*.js"))
    return "\n".join("{\n" + file.read_text("utf-8") + "}" for file in files)


def squeezed(css: str) -> str:
    """A style sheet as it is served: without comments and indentation."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()


@lru_cache
def environment() -> jinja2.Environment:
    """The template environment of the applications, stricter: a value that a page forgets is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, SAMPLES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals["asset"] = lambda name: f"/static/{name}"
    env.globals["csrf_token"] = lambda: "proof-of-our-own-page"
    return env


def printed(template: str, context: Mapping[str, object]) -> str:
    """One page as HTML."""
    return environment().get_template(template).render(**context)


def called(component: str, macro: str, *args: object, **kwargs: object) -> str:
    """What one macro of a component gives."""
    module = environment().get_template(f"components/{component}.html").module
    return str(getattr(module, macro)(*args, **kwargs))
