"""The desk's page of the privacy notice: write, look at what readers will see, publish."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.kernel.i18n import NAMES
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import actions, claims, queries
from oms.privacy.notice.forms import PARTS, NoticeForm, filled
from oms.privacy.notice.queries import Texts
from oms.web.fields import show_error
from oms.web.filters import day
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("notice", __name__)


@blueprint.route("/privacy/notice", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(NoticeForm)
def edit() -> ResponseReturnValue:
    """Show the merchant's own words to write, what they will look like, and publish them."""
    with reading() as session:
        kept, claimed = queries.versions(session), claims.unproved(session)
    last = kept[0] if kept else None
    form = NoticeForm(data=filled(queries.texts_of(last.content)) if last else None)
    preview: dict[str, Any] | None = None
    if form.validate_on_submit():
        try:
            if request.form.get("step") == "publish":
                made = _published(form)
                flash(_("Published. In force from %(day)s.", day=day(made.since)), "good")
                return redirect(url_for(".edit"), 303)
            preview = _preview(form.texts(), is_material=bool(form.is_material.data))
        except BadInputError as error:
            show_error(form, error)
    shown = render_template(
        "desk/privacy/notice.html",
        page=page(_("Privacy notice"), robots="noindex"),
        flashes=flashed(),
        form=form,
        fields=[form[f"{language}_{part}"] for language in NAMES for part in PARTS],
        preview=preview,
        claimed=", ".join(claimed),
        certificates_url=url_for("oms.evidence.index"),
        versions=[_version(row, number) for row, number in zip(kept, range(len(kept), 0, -1), strict=True)],
    )
    return shown, 422 if form.errors or form.form_errors else 200


def _published(form: NoticeForm) -> NoticeVersion:
    with transaction() as session:
        return actions.publish(session, form.texts(), is_material=bool(form.is_material.data), by=actor())


def _preview(texts: Texts, *, is_material: bool) -> dict[str, Any]:
    with reading() as session:
        claims.require(session, texts)
        since = actions.since(session, queries.content(texts), is_material=is_material)
    return {
        "since": day(since),
        "texts": [
            (f"{PARTS[part]}, {NAMES[language]}", [line for line in text.splitlines() if line.strip()])
            for language, parts in texts.items()
            for part, text in parts.items()
        ],
    }


def _version(row: NoticeVersion, number: int) -> dict[str, str]:
    return {
        "number": str(number),
        "changed": day(row.changed_at),
        "since": day(row.since),
        "material": _("announced ahead") if row.is_material else "",
    }
