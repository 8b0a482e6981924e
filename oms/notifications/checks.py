"""What must hold of what we write to people."""

from datetime import timedelta

from flask import current_app

from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.notifications.states import OPTIONAL
from oms.notifications.texting import queries as texts
from oms.notifications.texting.states import TextState
from oms.web.doctor import Health, check


@check(
    "Mails that can be stopped are signed",
    "Set DKIM_KEY, DKIM_SELECTOR and DKIM_DOMAIN, or see that your mail server signs both List-Unsubscribe"
    " headers: mail programs show no button for unsigned ones (RFC 8058).",
)
def _signed() -> tuple[str, Health]:
    settings: Settings = current_app.extensions["settings"]
    if settings.dkim is not None:
        return f"yes, for {settings.dkim.domain}", Health.WELL
    told = f"no key: {', '.join(sorted(OPTIONAL))}"
    return told, Health.NOTE if settings.is_production else Health.WELL


@check(
    "Text messages of the last week",
    "See at the provider why they do not arrive. A breach is then told on the pages of one's data.",
)
def _texts() -> tuple[str, Health]:
    settings: Settings = current_app.extensions["settings"]
    if not settings.sms_url:
        return "off", Health.WELL
    with reading(Role.BLIND) as session:
        found = texts.counts(session, clock.now() - timedelta(days=7))
    gone = sum(found.get(state, 0) for state in (TextState.SENT, TextState.ARRIVED))
    failed = found.get(TextState.FAILED, 0)
    told = f"{gone} taken, {found.get(TextState.ARRIVED, 0)} of them arrived, {failed} failed"
    return told, Health.NOTE if failed > gone else Health.WELL
