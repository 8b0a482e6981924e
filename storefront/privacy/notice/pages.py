"""The notice in words, from its content: today's and every earlier one."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from oms.kernel import clock
from oms.kernel.i18n import SOURCE
from oms.kernel.register import Basis, Event
from oms.privacy.evidence.models import Certificate
from oms.privacy.minors.ages import AGES, GENERAL
from oms.privacy.models import NoticeVersion
from oms.privacy.notice.queries import LISTS, Content, Difference, differences, texts_of
from oms.web.filters import long_date, party
from oms.web.markets import place
from oms.web.regions import countries, store_name, where_words
from storefront.privacy.pages import at, basis_words


def notice(told: Content, version: str, imprint: str) -> dict[str, Any]:
    """Return what the page of a notice takes; `imprint` is the shop's own, cleaned when it was stored."""
    groups: dict[str, list[dict[str, str]]] = {}
    for field in told["fields"]:
        groups.setdefault(_group(field["unit"]), []).append(_row(field))
    recipients = [_recipient(to) for to in told["recipients"]]
    return {
        "version": version,
        "own": _own_words(told),
        "versions_url": at("/privacy/versions"),
        "transparency_url": at("/transparency"),
        "seen_url": at("/your-data/notice"),
        "intro": [
            _("This page is made from the same list that the shop obeys. If it changes, so does this."),
            _("There is no marketing, no profile, no sale of data and no counting of visits."),
        ],
        "fields": [
            *({"title": title, "rows": rows} for title, rows in groups.items()),
            {"title": _("Who receives something"), "rows": recipients},
        ],
        "cookies": [_cookie(place) for place in told["places"] if not place["name"].startswith(LISTS)],
        "lists": [_cookie(place) for place in told["places"] if place["name"].startswith(LISTS)],
        "stores": [_store(one) for one in told.get("stores", [])],
        "rights": _rights(),
        "contact": Markup(imprint),  # noqa: S704 - the shop's own words, cleaned when they were stored
        "authority": Markup("<p>{}</p>").format(
            _("You may complain to the data protection authority where you live, work, or where it happened.")
        ),
    }


def _group(unit: str) -> str:
    words = {
        "order": _("When you order"),
        "account": _("When you open an account"),
        "challenge": _("When you prove a mailbox"),
        "notice": _("When you change your mailbox"),
        "certificate": _("When you delete your data"),
        "copy": _("When you have a copy made"),
        "move": _("When you have lost a mailbox"),
        "request": _("When you ask about your data"),
        "guardian": _("When you answer for a child"),
        "export": _("When staff take a list along"),
        "staff": _("When you work here"),
    }
    return str(words.get(unit) or unit)


def _row(field: Content) -> dict[str, str]:
    return {
        "what": _(field["label"]),
        "why": _(field["why"]),
        "basis": basis_words(Basis(field["basis"])),
        "until": until_words(field["after"], field["days"], field["at_most"]),
        "who": ", ".join(party(name) for name in field["recipients"]) or _("Nobody outside"),
    }


def until_words(after: str, days: int, at_most: int) -> str:
    """Return a retention rule in words."""
    if after == Event.SEALED:
        return str(_("%(days)s days after %(event)s", days=days, event=_(after)))
    first = _("until %(event)s", event=_(after))
    if days:
        first = _("%(days)s days after %(event)s", days=days, event=_(after))
    never = (
        _("%(days)s days after its last use, should that never come", days=at_most)
        if after == Event.ACCOUNT_CLOSED
        else _("%(days)s days after it was given, should that never come", days=at_most)
    )
    return f"{first}; {never}"


def _recipient(to: Content) -> dict[str, str]:
    return {
        "what": party(to["name"]),
        "why": _(to["what_for"]),
        "basis": to["agreement"],
        "until": _("see its own notice"),
        "policy_url": to["policy_url"],
        "who": f"{_(to['role'])}; {_lies(to) or _(to['region'])}",
    }


def _store(store: Content) -> dict[str, str]:
    return {"name": store_name(store["name"]), "where": _lies(store)}


def _lies(told: Content) -> str:
    """Return where a store or recipient is; empty in a version that did not tell."""
    if "provider" not in told:
        return ""
    return where_words(told["provider"], told["countries"], told["mechanism"], told["review"])


def _cookie(place: Content) -> dict[str, str]:
    return {
        "name": _short(place["name"]),
        "why": f"{_(place['holds'])}: {_(place['purpose'])}",
        "until": _(place["life"]),
    }


def _short(name: str) -> str:
    """Return the name of a place without the sort of place that it is; only a list is named by a word."""
    return str(_(name.removeprefix(LISTS))) if name.startswith(LISTS) else name.partition(" ")[2]


def _rights() -> list[tuple[str, str]]:
    return [
        (_("See and take"), _("Everything we know, as a page and as a file that other programs can read.")),
        (_("Correct"), _("Address and e-mail of an order until it leaves the house; your account always.")),
        (_("Delete"), _("Whatever no law makes us keep, at once, with a certificate.")),
        (
            _("Object"),
            _(
                "Mails that you could do without stop at once, by the link in each of them or on the page of"
                " your data. Your browser’s Global Privacy Control is honored: nothing is sold, shared or"
                " tracked."
            ),
        ),
        (_("Children"), _children()),
    ]


def _children() -> str:
    """Return who counts as a child, country by country as the law there says, and what follows."""
    by_age: dict[int, list[str]] = {}
    for country, age in AGES.items():
        by_age.setdefault(age.years, []).append(country)
    listed = "; ".join(f"{years}: {countries(by_age[years])}" for years in sorted(by_age))
    first = _("We ask nobody for a birth date. Whoever says to be a child has everything locked at once.")
    then = _("Then a guardian decides, or everything is deleted within seven business days.")
    last = _(
        "A child is who is younger than the years of their country: %(listed)s; %(years)s elsewhere.",
        listed=listed,
        years=GENERAL.years,
    )
    return f"{first} {then} {last}"


def _own_words(told: Content) -> list[tuple[str, list[str]]]:
    """Return the merchant's own words in the language of the page, else in the source language."""
    texts = texts_of(told)
    titles = {"intro": "", "contact": _("Who answers for it"), "law": _("Law and courts")}
    found = []
    for part, title in titles.items():
        words = texts.get(place().language, {}).get(part) or texts.get(SOURCE, {}).get(part, "")
        if words:
            found.append((title, [line.strip() for line in words.split("\n") if line.strip()]))
    return found


def coming(newest: NoticeVersion | None) -> dict[str, str] | None:
    """Return what is announced: the sentence and the address of what changes; None where nothing is."""
    if newest is None or newest.since <= clock.now():
        return None
    return {
        "text": _("From %(day)s this notice changes.", day=long_date(newest.since)),
        "url": at(f"/privacy/versions/{newest.version}/changes"),
    }


def certificates(shown: Sequence[Certificate]) -> list[dict[str, str]]:
    """Return the certificates that hold today, in words, with the address of each paper."""
    return [
        {
            "name": one.name,
            "text": _(
                "%(issuer)s, valid from %(first)s until %(last)s",
                issuer=one.issuer,
                first=long_date(one.begins_on),
                last=long_date(one.ends_on),
            ),
            "url": at(f"/privacy/certificates/{one.id}.pdf"),
        }
        for one in shown
    ]


def number_of(kept: Sequence[NoticeVersion], row: NoticeVersion) -> int:
    """Return the number of a version among all, which are given newest first."""
    return len(kept) - next(index for index, one in enumerate(kept) if one.id == row.id)


def compared(
    kept: Sequence[NoticeVersion], before: NoticeVersion | None, after: NoticeVersion
) -> dict[str, Any]:
    """Return what the page of differences takes: for each thing, what was told and what is told."""
    found = differences(before.content if before else _NOTHING, after.content)
    rows = [
        {
            "what": _title(one),
            "before": _told(one.part, one.before),
            "after": _told(one.part, one.after),
            "is_material": one.is_material,
        }
        for one in found
    ]
    own = (_own_words(before.content) if before else [], _own_words(after.content))
    if own[0] != own[1]:
        told = [" ".join(" ".join(lines) for _title, lines in words) for words in own]
        rows.append({"what": _("Our own words"), "before": told[0], "after": told[1], "is_material": False})
    return {
        "before": version_words(number_of(kept, before), before) if before else "",
        "after": version_words(number_of(kept, after), after),
        "title": _("What changes"),
        "sentences": [],
        "rows": rows,
        "nothing": _("Nothing."),
        "versions_url": at("/privacy/versions"),
    }


_NOTHING: Content = {"fields": [], "recipients": [], "places": []}


def _title(one: Difference) -> str:
    told = one.after or one.before or {}
    if one.part == "fields":
        return f"{_(told['label'])} ({_group(told['unit'])})"
    name = str(told["name"])
    if one.part == "stores":
        return store_name(name)
    return party(name) if one.part == "recipients" else _short(name)


def _told(part: str, told: Content | None) -> str:
    if told is None:
        return ""
    if part == "places":
        cookie = _cookie(told)
        return f"{cookie['why']}. {cookie['until']}"
    if part == "stores":
        return _lies(told)
    row = _row(told) if part == "fields" else _recipient(told)
    return f"{row['why']} {row['basis']}. {row['until']}. {row['who']}."


def version_words(number: int, row: NoticeVersion) -> str:
    """Return which version this is, and since when."""
    changed = _("changed on %(day)s", day=long_date(row.changed_at))
    if row.since > clock.now():
        words = _("Version %(number)s, in force from %(day)s", number=number, day=long_date(row.since))
    else:
        words = _("Version %(number)s, in force since %(day)s", number=number, day=long_date(row.since))
    return f"{words}, {changed}"


def versions(kept: list[NoticeVersion]) -> list[dict[str, Any]]:
    """Return every version as the list shows it, the newest first."""
    older: list[NoticeVersion | None] = [*kept, None][1:]
    return [
        {
            "label": _("Version %(number)s", number=len(kept) - index),
            "date": long_date(row.since),
            "url": at(f"/privacy/versions/{row.version}"),
            "changes_url": at(f"/privacy/versions/{row.version}/changes") if before else "",
            "changes": _changes(before, row) if before else [_("The first one.")],
        }
        for index, (row, before) in enumerate(zip(kept, older, strict=True))
    ]


def _changes(before: NoticeVersion, after: NoticeVersion) -> list[str]:
    found = [_change(one) for one in differences(before.content, after.content)]
    if texts_of(before.content) != texts_of(after.content):
        found.append(_("Changed: %(name)s.", name=_("Our own words")))
    return found


def _change(one: Difference) -> str:
    if one.before is None:
        return str(_("Added: %(name)s.", name=_title(one)))
    if one.after is None:
        return str(_("No longer: %(name)s.", name=_title(one)))
    return str(_("Changed: %(name)s.", name=_title(one)))
