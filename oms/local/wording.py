"""The words of the shop that want translating: gathered from templates and code, merged into each catalog.

    python -m oms.local.wording          update the catalogs, and say what each still lacks

The desk is in English only; everything that a shopper or buyer reads is gathered: `_()` in templates and
code, the sentences of our errors, and what the register says of personal fields.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from oms import tables
from oms.kernel.egress import RECIPIENTS
from oms.kernel.i18n import CATALOGS, LANGUAGES, SOURCE
from oms.kernel.register import KINDS, PLACES, Basis, Category, Event, Purpose
from oms.privacy.breaches.states import PARTS
from oms.privacy.erasure.queries import COUNTERFOIL, REFERENCE
from oms.privacy.notice.queries import LISTS, TOLD
from oms.web import sessions, traces
from oms.web.filters import heading
from oms.web.markets import MARKETS

ROOT = Path(__file__).resolve().parents[2]
Id = str | tuple[str, ...]
_DESK_ONLY = (
    "oms/local/",
    "oms/staff/",
    "oms/desk/",
    "oms/channels/",
    "oms/finance/",
    "oms/insights/",
    "oms/cli",
    "oms/worker",
    "oms/kernel/config",
    "templates/desk/",
)
# Their import declares the register: records, recipients, cookies.
DECLARING = (tables, sessions, traces)
# What a feature of `oms` shows is shown at the desk; these write to buyers.
_OF_BUYERS = (
    *("oms/web/", "oms/notifications/", "oms/buyers/", "oms/signins/pages.py"),
    "oms/fulfillment/printing/pages.py",
)
_DESK_FILES = ("views.py", "forms.py", "pages.py", "commands.py", "checks.py")
# What asks for words in code, and how many of its arguments they are; a mail's reader says a sentence.
_ASKING = {"_": 1, "_l": 1, "gettext": 1, "lazy_gettext": 1, "say": 1, "ngettext": 2, "_n": 2}
_JINJA = {"trimmed": "true", "extensions": "jinja2.ext.i18n"}


def gathered() -> Catalog:
    """Return everything that wants translating, from the source as it is now."""
    catalog = Catalog()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"} and not _is_desk(path):
            _add(catalog, _from_template(path))
    for path in [p for top in ("oms", "storefront") for p in sorted((ROOT / top).rglob("*.py"))]:
        if not _is_desk(path):
            _add(catalog, _from_code(ast.parse(path.read_text("utf-8"))))
    for sentence in [*_sentences(), *_declared()]:
        catalog.add(sentence)
    return catalog


def _is_desk(path: Path) -> bool:
    place = path.relative_to(ROOT).as_posix()
    if place.startswith(_DESK_ONLY):
        return True
    return place.startswith("oms/") and not place.startswith(_OF_BUYERS) and path.name in _DESK_FILES


def _from_template(path: Path) -> Iterator[tuple[Id, str | None]]:
    found = extract_from_file(babel_extract, path, options=_JINJA)  # type: ignore[arg-type]
    for _line, message, _comments, context in found:
        yield message, context


def _from_code(tree: ast.Module) -> Iterator[tuple[Id, str | None]]:
    # By the tree and not by Babel, which also takes the keys in `_(row["why"])` for words.
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
        given = [_texts(argument) for argument in call.args[: _ASKING.get(name, 0)]]
        if len(given) == 1:
            yield from ((text, None) for text in given[0])
        elif len(given) > 1 and all(given):
            yield tuple(texts[0] for texts in given), None


def _texts(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.IfExp):
        return _texts(argument.body) + _texts(argument.orelse)
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value]
    return []


def _add(catalog: Catalog, found: Iterator[tuple[Id, str | None]]) -> None:
    for message, context in found:
        catalog.add(message, context=context)


def _sentences() -> list[str]:
    """Return the sentences of our errors: given where they are raised, or the class's own."""
    files = [
        p for top in ("oms", "storefront") for p in sorted((ROOT / top).rglob("*.py")) if not _is_desk(p)
    ]
    trees = [ast.parse(path.read_text("utf-8")) for path in files]
    classes = {c.name: c for tree in trees for c in ast.walk(tree) if isinstance(c, ast.ClassDef)}
    ours = {"CounterfoilError"}
    for _generation in range(4):
        ours |= {n for n, c in classes.items() if any(getattr(base, "id", "") in ours for base in c.bases)}
    own = [
        (ast.get_docstring(classes[name]) or "").partition("\n")[0]
        for name in sorted(ours)
        if name in classes
    ]
    calls = [call for tree in trees for call in ast.walk(tree) if isinstance(call, ast.Call)]
    given = [_first_text(call) for call in calls if getattr(call.func, "id", "") in ours]
    made = [call for name in sorted(ours & classes.keys()) for call in ast.walk(classes[name])]
    given += [_first_text(c) for c in made if getattr(getattr(c, "func", None), "attr", "") == "__init__"]
    return [text for text in [*own, *given] if text]


def _first_text(call: ast.AST) -> str:
    first = call.args[0] if isinstance(call, ast.Call) and call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _declared() -> list[str]:
    """Return what the register says (labels, reasons, recipients, cookies), what stays, and the markets."""
    words = [str(word) for enum in (Category, Purpose, Basis, Event) for word in enum]
    ours = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
    words += [text for kind in ours for f in kind.fields for text in (f.label, f.why)]
    words += sorted({kind.source for kind in ours} - {"you"})
    words += [text for r in RECIPIENTS.values() for text in (heading(r.name), r.what_for)]
    words += [*COUNTERFOIL, *REFERENCE, *PARTS.values(), *(r.category for r in RECIPIENTS.values())]
    kept = [place for name, place in PLACES.items() if name.startswith(TOLD)]
    words += [text for place in kept for text in (place.holds, place.purpose, place.life)]
    words += [place.name.removeprefix(LISTS) for place in kept if place.name.startswith(LISTS)]
    return [word for word in [*words, *MARKETS.values()] if word]


def catalog_path(language: str) -> Path:
    """Return where a language's words lie."""
    return CATALOGS / language / "LC_MESSAGES" / "messages.po"


def known(language: str) -> Catalog:
    """Return a language's catalog as it is written; an empty one where there is none yet."""
    path = catalog_path(language)
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as lines:
        return read_po(lines, locale=language)


def lacking(wanted: Catalog, have: Catalog) -> list[str]:
    """Return what a catalog lacks: messages untranslated, uncertain (fuzzy), or with other placeholders."""
    return sorted(str(message.id) for message in wanted if message.id and not _is_done(have, message))


def _is_done(have: Catalog, wanted: Message) -> bool:
    message = have.get(wanted.id if isinstance(wanted.id, str) else wanted.id[0], wanted.context)
    if message is None or message.fuzzy:
        return False
    texts = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return all(texts) and not list(message.check(have))


def update(language: str) -> list[str]:
    """Merge what is gathered into a language's catalog; return what it lacks."""
    wanted, have = gathered(), known(language)
    have.update(wanted, no_fuzzy_matching=True)
    have.obsolete.clear()
    path = catalog_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as lines:
        write_po(lines, have, width=110, no_location=True, omit_header=True, sort_output=True)
    return lacking(wanted, have)


def main(languages: Sequence[str]) -> int:
    """Update every catalog; return how many messages are lacking in all."""
    missing = 0
    for language in languages:
        found = update(language)
        missing += len(found)
        print(f"{language}: {len(found)} messages lack a translation")
    return missing


if __name__ == "__main__":
    sys.exit(1 if main([language for language in LANGUAGES if language != SOURCE]) else 0)
