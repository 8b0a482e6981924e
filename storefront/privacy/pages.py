"""What the rooms of a person's own data show, in words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.kernel import clock
from oms.kernel.audit import Deed
from oms.kernel.egress import RECIPIENTS
from oms.kernel.register import KINDS, OWNED, Basis
from oms.privacy.access.queries import UNTOLD, Insight, Known
from oms.privacy.minors.models import MinorCase
from oms.privacy.models import PrivacyRequest
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.states import Choice, WishWay, wording
from oms.web.filters import long_date, moment, party
from oms.web.markets import place
from storefront.orders import look
from storefront.orders.correctable import Correctable
from storefront.orders.record import gone_words
from storefront.privacy.asking.forms import KIND_NAMES
from storefront.privacy.mails import message_words

# Too long to stand between facts: it is read on a page of its own.
_APART = {("order.letter", "words"), ("account.letter", "words")}


def at(path: str) -> str:
    """Return the address of a path in this market and language."""
    return f"{request.script_root}{path}"


def rooms(
    found: Insight, asked: Sequence[PrivacyRequest], correctable: Mapping[str, Correctable]
) -> dict[str, Any]:
    """Return what the page of the six rooms takes; `correctable` is by the numbers of orders."""
    return {
        "who": _who(found),
        "counts": _counts(found),
        "known": _known(found),
        "told": _told(found),
        "withheld": _withheld(found),
        "dates": _dates(found),
        "counterfoil": _(
            "The counterfoil stays for ten years, as tax law asks: goods, amounts, tax, country."
        ),
        "correct": _correct(found, correctable),
        "copy_url": at("/your-data/copy"),
        "schema_url": at("/your-data/schema.json"),
        "delete_url": at("/your-data/delete"),
        "ask_url": at("/your-data/ask"),
        "bring_url": at("/your-data/bring") if _has_account(found) else "",
        "requests": [_request(request) for request in asked],
    }


def child(found: MinorCase | None, *, is_guardian: bool) -> dict[str, Any]:
    """Return what the page says where somebody may be a child: what holds, and where it is said or left."""
    sentences: list[str] = []
    if is_guardian:
        sentences.append(_("You see this as the guardian of a child."))
    elif found is not None:
        day = long_date(found.erase_after - timedelta(seconds=1))
        sentences.append(_("What we know about you is locked, as you may be a child. It is only kept."))
        sentences.append(_("A parent or guardian has to agree by %(day)s. If not, we delete it.", day=day))
    return {
        "sentences": sentences,
        "say_url": "" if is_guardian else at("/your-data/minor"),
        "leave_url": at("/your-data/child/leave") if is_guardian else "",
    }


def unit_words(unit: str) -> str:
    """Return what a unit is called on the page."""
    sort, _colon, name = unit.partition(":")
    words = {
        "order": _("Order %(number)s", number=name),
        "account": _("Your account"),
        "parcel": _("A parcel for you"),
        "copy": _("A copy of your data"),
        "request": _("What you asked us"),
        "guardian": _("You as a guardian"),
        "move": _("A mailbox that you lost"),
    }
    return str(words.get(sort) or _("Other"))


def basis_words(basis: Basis) -> str:
    """Return a legal basis as a sentence names it."""
    words = {
        Basis.CONTRACT: _("the contract with you"),
        Basis.LEGAL_OBLIGATION: _("a law that obliges us"),
        Basis.CONSENT: _("your consent"),
        Basis.LEGITIMATE_INTEREST: _("our legitimate interest"),
    }
    return str(words[basis])


def label_of(name: str) -> str:
    """Return the label of a field such as `order.contact.email`."""
    kind_name, _dot, field = name.rpartition(".")
    kind = KINDS.get(kind_name)
    return str(_(kind.field(field).label)) if kind and field in kind.names() else field


def _who(found: Insight) -> str:
    names = dict.fromkeys(unit_words(unit) for unit in sorted(found.units, key=_rank))
    return ", ".join(names) if names else _("No order and no account belongs to this mailbox.")


def _rank(unit: str) -> int:
    """Put the account first and then the orders: what people look for."""
    return {"account": 0, "order": 1}.get(unit.partition(":")[0], 2)


def _counts(found: Insight) -> str:
    facts = ngettext("We know %(num)s fact about you", "We know %(num)s facts about you", found.facts)
    told = len({row.recipient for row in found.told})
    others = ngettext("and told %(num)s other", "and told %(num)s others", told)
    return f"{facts} {others}." if found.known or told else str(_("We know nothing that leads to you."))


def _known(found: Insight) -> list[dict[str, Any]]:
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    for one in sorted(found.known, key=lambda one: _rank(one.unit)):
        groups.setdefault(unit_words(one.unit), []).extend(_rows(one))
    for row in found.wishes:
        groups.setdefault(unit_words(row.unit), []).append(_wish(row))
    for doubt, unit in found.reviews:
        groups.setdefault(unit_words(unit), []).append(look.kept(doubt))
    if found.sign_ins:
        groups.setdefault(unit_words("account:"), []).append(_sign_ins(found))
    return [{"title": title, "rows": rows} for title, rows in groups.items()]


def _wish(row: Wish) -> tuple[str, str, str, str]:
    title, _why = wording(row.purpose, row.channel, place().language)
    day = long_date(row.at)
    words = _("allowed on %(day)s") if row.choice is Choice.GIVEN else _("stopped on %(day)s")
    why = _("To write only what you want. It goes with the order or account that it belongs to.")
    ground = _("Ground: %(basis)s.", basis=basis_words(Basis.LEGAL_OBLIGATION))
    read = _("Words of %(version)s, read in %(language)s.", version=row.wording, language=row.language)
    return title, words % {"day": day}, f"{_way(row.way)} {read} {why} {ground}", ""


def _sign_ins(found: Insight) -> tuple[str, str, str, str]:
    count = ngettext("%(num)s in the last 30 days", "%(num)s in the last 30 days", len(found.sign_ins))
    why = _("To notice a stranger in your account. You see them where you see your sessions.")
    ground = _("Ground: %(basis)s.", basis=basis_words(Basis.LEGITIMATE_INTEREST))
    return _("Sign-ins"), count, f"{why} {ground}", ""


def _way(way: WishWay) -> str:
    words = {
        WishWay.PAGE: _("Said on this page."),
        WishWay.LINK: _("Said by the link in a mail."),
        WishWay.PROGRAM: _("Said by your mail program."),
        WishWay.TEXT: _("Said by a text message."),
        WishWay.DESK: _("Said to us, and written down at the desk."),
        WishWay.BROUGHT: _("Brought along from another shop."),
        WishWay.SIGNAL: _("Said by your browser (Global Privacy Control)."),
    }
    return str(words[way])


def _rows(one: Known) -> list[tuple[str, str, str, str]]:
    ground = _("Ground: %(basis)s.", basis=basis_words(one.kind.basis))
    given = one.kind.source
    source = _("Given by you.") if given == "you" else _("Given by %(who)s.", who=_(given))
    end = _("Gone by %(day)s.", day=long_date(clock.gone_on(one.ends)))
    rules, can_lock = f"{ground} {source} {end}", one.kind.unit in OWNED and not one.is_locked
    whole = f"{_('Locked: it is only kept.')} {end}"
    alone = f"{_('Locked alone: it is only kept, and the rest is used without it.')} {end}"
    return [
        (
            _(field.label),
            _("Among your messages.")
            if (one.kind.name, field.name) in _APART
            else look.said(one.kind, field, value),
            f"{_(field.why)} {whole if one.is_locked else alone if field.name in one.apart else rules}",
            at(f"/your-data/lock?what={one.unit}/{one.kind.name}.{field.name}")
            if can_lock and field.name not in one.apart
            else "",
        )
        for field, value in one.given()
    ]


def _told(found: Insight) -> list[dict[str, str]]:
    rows = []
    for row in found.told:
        to = RECIPIENTS.get(row.recipient, UNTOLD)
        which = (_(to.what_for), message_words(row.message), f"{unit_words(row.unit)}.", row.agreement)
        rows.append(
            {
                "who": f"{party(row.recipient)} ({_(to.category)})" if to.category else party(row.recipient),
                "what": ", ".join(label_of(name) for name in row.fields),
                "why": " ".join(filter(None, which)),
                "when": moment(row.at),
            }
        )
    return rows + [_look(deed) for deed in found.looks]


def _look(deed: Deed) -> dict[str, str]:
    return {
        "who": _("Staff of the shop"),
        "what": ", ".join(label_of(name) for name in deed.fields) or deed.verb,
        "why": f"{deed.by.reason or _(deed.purpose)} {unit_words(deed.about)}",
        "when": moment(deed.at),
    }


def _withheld(found: Insight) -> str:
    if not found.withheld:
        return ""
    names = ", ".join(kind.name for kind, _unit in found.withheld)
    return str(_("Not shown, because it opens a door: %(what)s.", what=names))


def _dates(found: Insight) -> list[tuple[str, str, str]]:
    shown = []
    for one in sorted(found.known, key=lambda one: one.ends):
        names = ", ".join(_(field.label) for field, _value in one.given())
        if names:
            what = f"{names} ({unit_words(one.unit)})"
            shown.append((what, long_date(clock.gone_on(one.ends)), gone_words(one.kind)))
    return shown


def _correct(found: Insight, correctable: Mapping[str, Correctable]) -> list[tuple[str, str, str]]:
    rows = [
        (
            _("Order %(number)s", number=number),
            at(f"/orders/{number}/correct"),
            _("Address and e-mail, until it leaves the house.") if can.address else _("The e-mail."),
        )
        for number, can in correctable.items()
        if can.email
    ]
    if _has_account(found):
        rows.append((_("The e-mail of your account"), at("/account/email"), _("Both mailboxes are proven.")))
        rows.append((_("Your profile"), at("/account/profile"), _("Empty a field to let it go.")))
    rows.append(
        (
            _("What we write to you"),
            "",
            _("What happens to an order, codes you asked for, certificates. Marketing does not exist here."),
        )
    )
    return [*rows, *_signal(found)]


def _signal(found: Insight) -> list[tuple[str, str, str]]:
    """Return that Global Privacy Control is honored: for this request, or kept from an earlier one."""
    kept = [row.at for row in found.wishes if row.way is WishWay.SIGNAL]
    if not kept and not asks_not_to_sell():
        return []
    why = [_("Your browser asks us not to sell or share. We never do.")] if asks_not_to_sell() else []
    why += [_("Kept since %(day)s, in whatever browser you come.", day=long_date(min(kept)))] if kept else []
    return [(_("Global Privacy Control: opt-out honored"), "", " ".join(why))]


def asks_not_to_sell() -> bool:
    """Say whether the browser sends Global Privacy Control, also where a proxy sends it twice."""
    return "1" in (part.strip() for part in request.headers.get("Sec-GPC", "").split(","))


def _has_account(found: Insight) -> bool:
    return any(one.kind.unit == "account" for one in found.known)


def _request(request: PrivacyRequest) -> dict[str, Any]:
    return {
        "number": request.number,
        "what": str(KIND_NAMES[request.kind]),
        "state": {"word": _("under way"), "kind": "moving"},
        "url": at(f"/your-data/requests/{request.ref}"),
    }
