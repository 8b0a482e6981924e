from __future__ import annotations

import re

import pytest

from tests.components.markup import faults
from tests.components.press import TEMPLATES, printed
from tests.components.values.mails import MAILS, mail


def links(text: str) -> set[str]:
    return {link.rstrip("/") for link in re.findall(r"https?://[^\s\"<]+", text)}


@pytest.mark.parametrize("topic", MAILS)
def test_both_parts_of_a_mail_lead_to_the_same_places_and_only_to_us(topic: str) -> None:
    html = printed(f"mail/{topic}/body.html", mail(topic))
    text = printed(f"mail/{topic}/body.txt", mail(topic))
    assert faults(html) == []
    assert links(html) == links(text)
    assert {link.split("/")[2] for link in links(html)} == {"shop.test"}


@pytest.mark.parametrize("topic", MAILS)
def test_the_text_part_is_text(topic: str) -> None:
    text = printed(f"mail/{topic}/body.txt", mail(topic))
    assert re.findall(r"<[a-z/]|&[a-z]+;|\n{4}", text) == []
    assert text.startswith(f"Counterfoil Stationers\n\n{MAILS[topic]['subject']}\n")


def test_a_name_stands_in_the_text_part_as_it_was_typed() -> None:
    assert "  Ada Lind & Söhne\n" in printed("mail/confirmation/body.txt", mail("confirmation"))


@pytest.mark.parametrize("topic", MAILS)
def test_a_mail_carries_no_picture_and_nothing_that_reports_back(topic: str) -> None:
    html = printed(f"mail/{topic}/body.html", mail(topic))
    assert re.findall(r"<(?:img|link|script|iframe|style)\b", html) == []


def test_every_mail_has_sample_values() -> None:
    assert sorted(path.name for path in (TEMPLATES / "mail").iterdir()) == sorted(MAILS)
