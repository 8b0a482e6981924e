"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_total_is_ruled_off_from_its_lines() -> None:
    html = called("definition", "definitions", [("Pencil", "€1.90"), ("Total", "€1.90", "sum")])
    assert "<div><dt>Pencil</dt><dd>€1.90</dd></div>" in html
    assert '<div class="sum"><dt>Total</dt><dd>€1.90</dd></div>' in html


def test_facts_are_read_from_the_start_edge() -> None:
    assert 'class="definitions facts"' in called("definition", "facts", [("Sent from", "Leiden")])
