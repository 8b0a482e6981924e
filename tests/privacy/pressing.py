"""Every button of a page, pressed with what its form holds, and something typed where nothing stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.people import Visitor

_ENDS = ("sign-out", "/static")


@dataclass
class Pressed:
    """One form: where it goes, and its fields."""

    path: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Pressed] = []
        self.chosen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form" and given.get("method", "").lower() == "post":
            self.found.append(Pressed(urlsplit(given.get("action", "")).path))
        elif tag in {"input", "textarea"} and name and self.found and given.get("type") != "file":
            self.found[-1].fields[name] = given.get("value") or "2"
        elif tag == "select":
            self.chosen = name
        elif tag == "option" and self.found and self.chosen and given.get("value"):
            self.found[-1].fields.setdefault(self.chosen, given["value"])


def forms(text: str) -> list[Pressed]:
    """Return the forms of a page that send something."""
    parser = _Forms()
    parser.feed(text)
    return parser.found


def _words(answer: TestResponse) -> str:
    return answer.text if answer.mimetype.startswith("text/") else ""


def everything(app: Flask, visitor: Visitor, known: dict[str, str], root: str) -> Iterator[str]:
    """Open each page, press each of its buttons, and give what is shown; at last how many were pressed."""
    pressed: set[str] = set()
    for rule in list(app.url_map.iter_rules()):
        path = known.get(str(rule.endpoint), "" if rule.arguments else str(rule))
        if "GET" not in (rule.methods or set()) or not path or path.startswith("/static"):
            continue
        page = visitor.get(path)
        assert page.status_code < 500, path
        yield _words(page)
        for form in forms(page.text) if page.mimetype == "text/html" else ():
            where = (form.path or path).removeprefix(root)
            if where in pressed or any(word in where for word in _ENDS):
                continue
            pressed.add(where)
            answer = visitor.client.post(
                where, data=form.fields, environ_overrides={"REMOTE_ADDR": visitor.address}
            )
            assert answer.status_code < 500, where
            yield _words(answer)
    yield f"{len(pressed)} pressed"
