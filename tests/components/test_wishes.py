"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called

FIELDS = {"purpose": "news", "channel": "mail"}
CELL = {"channel": "Mail", "title": "Mails you could do without", "state": "they come", "fields": FIELDS}
TEXT = {"channel": "Text message", "title": "Texts", "why": "Only after a yes.", "state": "off", "fields": {}}
KINDS = [
    {"title": "Needed", "why": "A law.", "cells": [{"channel": "Mail", "title": "", "state": "always"}]},
    {"title": "Others", "why": "Arrival.", "cells": [CELL, TEXT]},
]


def test_what_is_needed_has_no_switch_and_the_rest_has_two_of_one_size() -> None:
    html = called("wishes", "wishes", KINDS, "/your-data/wishes")
    needed, others = html.split("Others", 1)
    assert "<button" not in needed
    assert "always" in needed
    assert others.count('<button class="button small"') == 4
    assert others.count("Only after a yes.") == 1
    assert 'value="given"' in others
    assert 'value="withdrawn"' in others
    assert '<input type="hidden" name="channel" value="mail">' in others
