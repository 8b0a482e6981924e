"""The only door to the mail server: SMTP with TLS where offered, short timeouts, in no transaction."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from urllib.parse import unquote, urlsplit

from email_validator import validate_email

from oms.kernel.config import Settings
from oms.kernel.errors import BadInputError, UnavailableError

# Seconds.
TIMEOUT = 15
_MAIL_PORT, _TLS_PORT = 25, 465


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go: both parts, the language they are in, and an id that a repetition shares."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str


_settings: list[Settings] = []


def configure(settings: Settings) -> None:
    """Take the mail server's address and our own from the settings."""
    _settings[:] = [settings]


def send(mail: Mail) -> None:
    """Hand a mail to the server. Raises UnavailableError when it does not take it; send it again then."""
    if not _settings or not _settings[0].smtp_url:
        raise UnavailableError("No mail server is configured: set SMTP_URL.")
    message = _message(mail, _settings[0])
    where = urlsplit(_settings[0].smtp_url)
    try:
        with _connected(where.scheme, where.hostname or "", where.port) as server:
            if where.username:
                server.login(unquote(where.username), unquote(where.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise UnavailableError(f"The mail server did not take it: {error.__class__.__name__}.") from error


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or _TLS_PORT, timeout=TIMEOUT, context=secure)
    server = smtplib.SMTP(host, port or _MAIL_PORT, timeout=TIMEOUT)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=secure)
        server.ehlo()
    return server


def _message(mail: Mail, settings: Settings) -> EmailMessage:
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = _address(settings.mail_from)
    message["To"] = _address(mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    message["Message-ID"] = f"<{mail.message_id}@{urlsplit(settings.public_url).hostname}>"
    message["Content-Language"] = mail.language
    # No machine needs to answer this, and none should (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _address(mailbox: str) -> Address:
    """Return a mailbox as a header can hold it; raises BadInputError for anything with a second line."""
    if any(c in mailbox for c in "\r\n"):
        raise BadInputError("This is not one mailbox.", field="email")
    found = validate_email(mailbox, check_deliverability=False, test_environment=True)
    return Address(username=found.local_part, domain=found.domain)
