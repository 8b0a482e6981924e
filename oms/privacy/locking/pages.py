"""Locks and objections in the words of the desk."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from oms.kernel.register import KINDS
from oms.privacy.locking.forms import DecisionForm, decision_form
from oms.privacy.locking.models import Restriction
from oms.privacy.locking.queries import NEWS
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import OPEN, Outcome, Told
from oms.web.filters import day


def rows(held: Sequence[Restriction], where: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """Return what a request locked or stopped: what, where, and how far it is."""
    return [
        (_locked(one), where(one.unit), _stage(one)) for one in held if one.kind in KINDS or one.kind == NEWS
    ]


def _locked(one: Restriction) -> str:
    if one.kind == NEWS:
        return str(_("Messages they could do without"))
    return _(KINDS[one.kind].field(one.field).label) if one.field else one.kind


def _stage(one: Restriction) -> str:
    if one.lifted_at:
        said = _("taken back on %(day)s") if one.told_how is Told.THEMSELVES else _("lifted on %(day)s")
        return str(said % {"day": day(one.lifted_at)})
    if one.told_at and one.outcome is Outcome.UPHELD:
        return str(_("upheld: stopped since %(day)s", day=day(one.since)))
    if one.told_at:
        return _can_be_lifted(one, day(one.told_at))
    if one.decided_at:
        return str(_("decided; its person is being told"))
    if one.is_apart:
        said = _("only this field is locked since %(day)s; the rest is used as before", day=day(one.since))
        return str(said)
    return str(_("locked since %(day)s", day=day(one.since)))


def _can_be_lifted(one: Restriction, since: str) -> str:
    if one.told_how is Told.REFUSED:
        return str(_("the server refused the mailbox: it stands on their page, and can be lifted"))
    if one.told_how is Told.NO_MAILBOX:
        return str(_("there is no mailbox: it stands on their page, and can be lifted"))
    return str(_("its person was told on %(day)s: it can be lifted", day=since))


def decision(
    found: PrivacyRequest, held: Sequence[Restriction], form: DecisionForm | None
) -> dict[str, Any] | None:
    """Return the form by which it is decided; None where nothing waits for that."""
    if found.state not in OPEN or not any(one.decided_at is None for one in held):
        return None
    shown = form if form is not None else decision_form(found.kind)(formdata=None)
    return {"form": shown, "url": url_for("oms.locking.decide", number=found.number)}
