"""What the source tells beside the tables: to the queue, the log, mails, sessions, cookies, files, Valkey."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from oms.kernel.register import Columns, Place

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# The library's own words, which are no values.
_OF_THE_LOGGER = {"exc_info", "extra", "stack_info"}
_STORAGE = re.compile(
    r"(?:local|session)Storage\.setItem\(\s*\"(\w+)\"|(document\.cookie|indexedDB|caches)\b"
)
_SESSIONS = {"session", "browser"}
_VALKEY = {"Redis", "from_url", "Limiter", "StrictRedis"}


def calls(source: str) -> Iterator[ast.Call]:
    """Give every call in a source."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> tuple[str, str]:
    """Return of whom, and what, is called: `outbox.say` gives ("outbox", "say")."""
    what = call.func
    if isinstance(what, ast.Attribute):
        return last_name(what.value), what.attr
    return "", what.id if isinstance(what, ast.Name) else ""


def last_name(node: ast.expr) -> str:
    """Return the last name of an expression: what kind of value it is."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Subscript):
        is_named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        return last_name(node.slice if is_named else node.value)
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return ""


def queue_names(source: str) -> set[str]:
    """Return the names of what a source puts into the queue."""
    return {
        word.arg or "**"
        for call in calls(source)
        if called(call)[1] == "say"
        for word in call.keywords
        if called(call)[0] in {"outbox", ""}
    }


def log_names(source: str) -> set[str]:
    """Return the names of the values that a source logs."""
    found: set[str] = set()
    for call in calls(source):
        whose, what = called(call)
        if whose in {"log", "_access", "logger"} and what in _LEVELS:
            found |= {name for value in call.args[1:] for name in _values(value)}
            found |= {word.arg or "**" for word in call.keywords} - _OF_THE_LOGGER
            found |= {"an f-string" for value in call.args[:1] if not isinstance(value, ast.Constant)}
    return found


def _values(node: ast.expr) -> set[str]:
    """Return the names in one logged value; of `a or "b"` only what is no word of ours."""
    if isinstance(node, ast.BoolOp):
        return {name for part in node.values for name in _values(part)}
    if isinstance(node, ast.Constant):
        return set()
    if isinstance(node, ast.Call) and called(node)[1] == "getattr" and len(node.args) > 1:
        return {"state" if last_name(node.args[1]) == "sqlstate" else last_name(node.args[1])}
    return {last_name(node)}


def mail_names(source: str) -> set[str]:
    """Return the variables that a source gives to the templates of mails."""
    return {
        word.arg or "**" for call in calls(source) if called(call) == ("", "write") for word in call.keywords
    }


def template_names(text: str) -> set[str]:
    """Return the outer names that a template of a mail asks for."""
    from_loops = set(re.findall(r"{%-?\s*for ([\w, ]+) in", text))
    local = {name.strip() for names in from_loops for name in names.split(",")}
    local |= set(re.findall(r"{%-?\s*set (\w+)", text)) | {"loop", "_", "gettext", "ngettext"}
    asked = set(re.findall(r"{{-?\s*([a-z_]\w*)", text)) | set(
        re.findall(r"{%-?\s*(?:if|elif|for [\w, ]+ in)\s+(?:not )?([a-z_]\w*)", text)
    )
    return asked - local


def session_names(source: str) -> set[str]:
    """Return the names under which a source keeps something in the session."""
    assigned = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assign)]
    constants = {
        last_name(target): str(node.value.value)
        for node in assigned
        for target in node.targets
        if isinstance(node.value, ast.Constant)
    }
    return {
        constants.get(last_name(target.slice), last_name(target.slice))
        for node in assigned
        for target in node.targets
        if isinstance(target, ast.Subscript) and last_name(target.value) in _SESSIONS
    }


def cookie_names(source: str) -> set[str]:
    """Return the cookies that a source sets, by the name it uses for each."""
    return {last_name(call.args[0]) for call in calls(source) if called(call)[1] == "set_cookie"}


def folders(source: str) -> set[str]:
    """Return the folders and files that a source has below STATE_DIR."""
    return {
        str(node.right.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and last_name(node.left) == "state_dir"
        and isinstance(node.right, ast.Constant)
    }


def opens_valkey(source: str) -> bool:
    """Say whether a source keeps something in Valkey."""
    return any({*called(call)} & _VALKEY for call in calls(source))


def storage_names(script: str) -> set[str]:
    """Return what a script keeps in the browser."""
    return {name or other for name, other in _STORAGE.findall(script)}


def undeclared(said: Collection[str], known: Mapping[str, Columns], channel: str) -> list[str]:
    """Return a line for each name that is told to a channel and not declared for it."""
    declared = known[channel].plain | known[channel].pseudonymous if channel in known else frozenset()
    return [f"{channel}: {name} is not declared" for name in sorted(set(said) - declared)]


def unplaced(names: Iterable[str], places: Mapping[str, Place], sort: str) -> list[str]:
    """Return a line for each store that no place declares; a place is named by its last word."""
    known = {re.split(r"[ /]", name)[-1] for name in places}
    return [f"{sort}: {name} is not declared" for name in sorted(set(names) - known)]


def sources(root: Path, *folders: str) -> dict[str, str]:
    """Return the sources below some folders by path, the development machine's own left out."""
    found = (path for folder in folders for path in sorted((root / folder).rglob("*.py")))
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in found
        if not path.is_relative_to(root / "oms" / "local")
    }
