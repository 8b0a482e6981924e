from __future__ import annotations

import pytest

from tests.components.markup import faults
from tests.components.sample_pages import PAGES


@pytest.mark.parametrize("name", [name for name in PAGES if name != "kit"])
def test_a_page_is_sound(name: str) -> None:
    assert faults(PAGES[name]()) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<h1>A</h1><p><div></div></p>", "<div> in <p>"),
        ("<h1>A</h1><a><button></button></a>", "<button> in <a>"),
        ("<h1>A</h1><div>", "<div> stays open"),
        ("<h1>A</h1><div></p></div>", "</p> closes <div>"),
        ('<h1>A</h1><i id="x"></i><i id="x"></i>', "id 'x' twice"),
        ('<h1>A</h1><label for="y"></label>', "nothing has id 'y'"),
        ("<h1>A</h1><h3>B</h3>", "h1 is followed by h3"),
        ("<p>A</p>", "0 h1"),
        ("<h1>A</h1><form><form></form></form>", "<form> in <form>"),
        ('<h1>A</h1><br class="a" class="b">', "class twice in <br>"),
    ],
)
def test_a_fault_is_noticed(html: str, fault: str) -> None:
    assert fault in faults(html)
