"""Templates without a request: what is read later or elsewhere, such as a mail or the page of a copy."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from oms.kernel.i18n import words

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@cache
def environment(language: str) -> Environment:
    """Return the templates in a language; a missing variable raises jinja2.UndefinedError when rendered."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(words(language), newstyle=True)  # type: ignore[attr-defined]
    return made
