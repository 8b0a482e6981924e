"""What must hold of what we write to people."""

from flask import current_app

from oms.kernel.config import Settings
from oms.notifications.states import OPTIONAL
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
