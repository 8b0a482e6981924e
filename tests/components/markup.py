"""Checks the markup of a page for what browsers silently repair."""

from __future__ import annotations

import itertools
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCK = {
    *("address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "figure"),
    *("footer", "form", "h1", "h2", "h3", "h4", "header", "hr", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "ul"),
}
PHRASING_ONLY = {"p", "h1", "h2", "h3", "h4", "span", "b", "small", "label", "button", "summary", "dt"}
INTERACTIVE = {"a", "button"}
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls")
# A heading may name a card or a part of a page inside a link, a summary or a label's neighbour.
ALLOWED = {("summary", "h2"), ("summary", "h3")}


class Markup(HTMLParser):
    """Reads one page and collects what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCK:
            self.wrong += [
                f"<{tag}> in <{outer}>"
                for outer in self.open
                if outer in PHRASING_ONLY and (outer, tag) not in ALLOWED
            ]
        if tag in INTERACTIVE:
            self.wrong += [f"<{tag}> in <{outer}>" for outer in self.open if outer in INTERACTIVE]
        if tag == "form" and "form" in self.open:
            self.wrong.append("<form> in <form>")
        names = [name for name, _ in attrs]
        self.wrong += [f"{name} twice in <{tag}>" for name in set(names) if names.count(name) > 1]
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in REFERENCES:
                self.references += (value or "").split()
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes <{self.open[-1] if self.open else ''}>")
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]


def faults(html: str) -> list[str]:
    """What is wrong with a page: nesting, ids, references, the order of headings."""
    found = Markup()
    found.feed(html)
    found.wrong += [f"<{tag}> stays open" for tag in found.open]
    found.wrong += [f"id {one!r} twice" for one in sorted(set(found.ids)) if found.ids.count(one) > 1]
    found.wrong += [f"nothing has id {one!r}" for one in sorted(set(found.references) - set(found.ids))]
    levels = [int(tag[1]) for tag in found.headings]
    steps = itertools.pairwise(levels)
    found.wrong += [f"h{low} is followed by h{high}" for low, high in steps if high > low + 1]
    if levels.count(1) != 1:
        found.wrong.append(f"{levels.count(1)} h1")
    return found.wrong
