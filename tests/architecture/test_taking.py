"""Every address that reads a form says which fields it takes; the others take nothing."""

import ast
import inspect
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from oms.app import create_desk
from oms.kernel.config import Settings
from storefront.app import create_store


def reads(source: str, name: str) -> bool:
    """Say whether a view makes a form or reads what was sent, itself or by a function of its module."""
    functions = {one.name: one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef)}
    todo, seen = [name], set()
    while todo:
        asked = todo.pop()
        if asked in seen or asked not in functions:
            continue
        seen.add(asked)
        for node in ast.walk(functions[asked]):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).rpartition(".")[2]
                if called in {"validate", "validate_on_submit"}:
                    return True
                todo.append(called)
            elif isinstance(node, ast.Attribute) and ast.unparse(node) == "request.form":
                return True
    return False


def silent(apps: dict[str, Flask]) -> list[str]:
    """Return the addresses that read a form and do not say what they take."""
    found = []
    for name, app in apps.items():
        for rule in app.url_map.iter_rules():
            view = inspect.unwrap(app.view_functions[rule.endpoint])
            if "POST" in (rule.methods or ()) and not is_clear(view):
                found.append(f"{name} {rule.endpoint}")
    return sorted(found)


def is_clear(view: Callable[..., Any]) -> bool:
    """Say whether a view tells what it takes, or reads nothing."""
    if getattr(view, "takes", None) is not None or getattr(view, "is_from_outside", False):
        return True
    return not reads(inspect.getsource(sys.modules[view.__module__]), view.__name__)


def test_every_address_that_reads_a_form_says_what_it_takes(shop: None, settings: Settings) -> None:
    assert silent({"store": create_store(settings), "desk": create_desk(settings)}) == []


def test_a_view_that_reads_and_says_nothing_is_seen() -> None:
    by_helper = "def view():\n    _look()\n\ndef _look():\n    return request.form['birthday']\n"
    assert reads(by_helper, "view")
    assert reads("def view():\n    form = Form()\n    form.validate_on_submit()\n", "view")
    assert not reads("def view():\n    return done()\n", "view")
