"""Prints our templates as the applications do, from given values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import jinja2

from oms.web.assets import STATIC, Assets

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
SAMPLES = Path(__file__).parent / "samples"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def bundle(name: str) -> str:
    """What `asset(name)` stands for: a style sheet or script of the store or the desk, or a file."""
    return Assets(STATIC, "").by_name[name].body.decode()


@lru_cache
def environment() -> jinja2.Environment:
    """The template environment of the applications, stricter: a value that a page forgets is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, SAMPLES]),
        autoescape=jinja2.select_autoescape(["html", "svg"]),
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
