"""Reading our own pages in tests, as a browser without script does: forms, fields, notices."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Forms(HTMLParser):
    """Collects each form's address and the values that it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            made = {"action": found.get("action", ""), "method": found.get("method", "get").lower()}
            self.forms.append({**made, "fields": {}, "names": set()})
        elif self.forms and found.get("name"):
            self._field(tag, found)
        if tag == "option" and self.forms and self.select:
            fields = self.forms[-1]["fields"]
            if "selected" in found or self.select not in fields:
                fields[self.select] = found.get("value", "")

    def _field(self, tag: str, found: dict[str, str]) -> None:
        name, form = found["name"], self.forms[-1]
        form["names"].add(name)
        if tag == "select":
            self.select = name
        elif tag == "input" and found.get("type") in {"radio", "checkbox"}:
            if "checked" in found:
                form["fields"][name] = found.get("value", "on")
        elif tag in {"input", "textarea"} and found.get("type") != "submit":
            form["fields"][name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def forms(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the forms of a page: action, method, fields with their values, and all names."""
    reader = _Forms()
    reader.feed(answer.text)
    return reader.forms


def form_with(answer: TestResponse, name: str) -> dict[str, Any]:
    """Return the form of a page that has a field of this name."""
    return next(form for form in forms(answer) if name in form["names"])


def send(client: FlaskClient, answer: TestResponse, having: str, /, **changed: str) -> TestResponse:
    """Send the form that has a field of this name, with some fields changed."""
    form = form_with(answer, having)
    address = form["action"] or answer.request.path
    return client.post(address, data={**form["fields"], **changed})
