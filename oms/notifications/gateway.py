"""The only door to the mail server: SMTP over TLS, in no transaction, for half a minute.

An attempt has to end well within the lease of its delivery, else two workers would send the same mail. A
timeout of a socket bounds one read only, and looking up a name has none: so the whole attempt has a limit.
A server that offers no TLS is told nothing, unless it is on this machine: whoever sits between could hide it.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from email_validator import validate_email

from oms.kernel import clock, db, egress, gates, http
from oms.kernel.config import Dkim, Settings, is_own_machine
from oms.kernel.errors import BadInputError, PermanentError, UnavailableError
from oms.kernel.gates import Gate
from oms.notifications import signing

# Seconds: of one answer, and of everything from looking up the server's name to its last word.
TIMEOUT = 10
WHOLE = 30
_MAIL_PORT, _TLS_PORT = 25, 465


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go: both parts, the language they are in, and an id that a repetition shares.

    `stop_url` is where its reader can object with one click; only mails that nobody needs have one.
    """

    to: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    stop_url: str = ""


class UndeliverableError(PermanentError):
    """The mail server will never take a mail for this address."""

    code = "undeliverable"


class _Wire(EmailPolicy):
    """How a mail is written: the address that stops it whole on its line, where a fold would encode it."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}" if name == _STOP else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode() if name == _STOP else super().fold_binary(name, value)


_settings: list[Settings] = []
# Reading the authorities that this machine trusts takes longer than handing over a mail.
_trust: list[ssl.SSLContext] = []
_STOP = "List-Unsubscribe"
# Bare bytes beyond ASCII only where they were agreed on with the server.
_WIRE = _Wire(linesep="\r\n", cte_type="7bit")
_PERMANENT = 500
_GO_ON = 354


def configure(settings: Settings) -> None:
    """Take the mail server's address and our own from the settings."""
    _settings[:] = [settings]
    _trust.clear()
    egress.reach("mail service", settings.smtp_url)


def send(mail: Mail, *, within: float = WHOLE, gate: Gate | None = None) -> None:
    """Hand a mail to the server, within so many seconds.

    A gate is entered when the server took the receiver and is to be given the mail; what it raises ends the
    attempt, and comes out of here. Under a gate the last byte goes out before `gates.last_moment`, or none.

    Raises UnavailableError when it does not take it now: send it again then. Raises UndeliverableError when
    it refuses the address or the mail for good. No error names the address.
    """
    db.require_none_open("The mail server")
    egress.require_agreement("mail service")
    if not _settings or not _settings[0].smtp_url:
        raise UnavailableError("No mail server is configured: set SMTP_URL.")
    http.require_declared("mail service", urlsplit(_settings[0].smtp_url).hostname or "")
    attempt = _Attempt(_settings[0].smtp_url, _message(mail, _settings[0]), _settings[0].dkim, gate)
    attempt.start()
    attempt.join(within)
    if attempt.is_alive():
        attempt.hang_up()
        raise UnavailableError("The mail server did not take it in time.")
    if attempt.error is not None:
        # Not chained: the library's own errors hold the address, and logs print chains.
        raise _ours(attempt.error) from None


def _secure() -> ssl.SSLContext:
    if not _trust:
        _trust[:] = [http.tls()]
    return _trust[0]


class _Talk(smtplib.SMTP):
    """The library's conversation, with a gate between the receiver and the first word of the mail."""

    gate: Gate | None = None

    def data(self, msg: bytes | str) -> tuple[int, bytes]:  # type: ignore[override]
        """Give the mail whole, or not at all where the gate raises or the server is slow to ask for it."""
        if self.gate is None or isinstance(msg, str):
            return super().data(msg)
        with self.gate():
            until = gates.last_moment()
            self._allow(until)
            code, words = self.docmd("DATA")
            if code != _GO_ON:
                raise smtplib.SMTPDataError(code, words)
            self._allow(until)
            self.send(_whole(msg))
            # It is out, before any no that comes now: the answer may take its time, the gate waits `HELD`.
            self._allow(time.monotonic() + TIMEOUT)
            return self.getreply()

    def _allow(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0 or self.sock is None:
            raise TimeoutError
        self.sock.settimeout(left)


class _TalkOverTls(_Talk, smtplib.SMTP_SSL):
    """The same over TLS from the first byte on."""


def _whole(message: bytes) -> bytes:
    """Return a mail as it goes over the wire: a dot that begins a line doubled, one alone at the end."""
    return re.sub(rb"(?m)^\.", b"..", message.removesuffix(b"\r\n") + b"\r\n") + b".\r\n"


@dataclass(eq=False)
class _Attempt(threading.Thread):
    """One conversation with the server, which can be ended from outside."""

    url: str
    message: EmailMessage
    dkim: Dkim | None
    gate: Gate | None = None
    # The gate opens the database, as the role of whoever waits.
    context: Context = field(default_factory=copy_context)
    error: Exception | None = None
    server: smtplib.SMTP | None = field(default=None)
    is_given_up: bool = False

    def __post_init__(self) -> None:
        super().__init__(name="mail", daemon=True)

    def run(self) -> None:
        self.context.run(self._converse)

    def _converse(self) -> None:
        where = urlsplit(self.url)
        try:
            with self._connected(where.scheme, where.hostname or "", where.port) as server:
                if where.username:
                    server.login(unquote(where.username), unquote(where.password or ""))
                self._hand_over(server)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits decides
            self.error = error

    def _hand_over(self, server: smtplib.SMTP) -> None:
        """Send what was signed, to the byte; the envelope's sender and receiver are those of the headers."""
        sender, to = (self.message[name].addresses[0].addr_spec for name in ("From", "To"))
        is_wide = not (sender + to).isascii()
        if is_wide and not server.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError
        raw = signing.signed(self.message.as_bytes(policy=_WIRE.clone(utf8=is_wide)), self.dkim)
        server.sendmail(sender, to, raw, ("SMTPUTF8", "BODY=8BITMIME") if is_wide else ())

    def _connected(self, scheme: str, host: str, port: int | None) -> smtplib.SMTP:
        if scheme == "smtps":
            server: _Talk = _TalkOverTls(host, port or _TLS_PORT, timeout=TIMEOUT, context=_secure())
        else:
            server = _Talk(host, port or _MAIL_PORT, timeout=TIMEOUT)
        self.server, server.gate = server, self.gate
        if self.is_given_up:
            server.close()
            raise TimeoutError
        server.ehlo()
        if scheme == "smtps":
            return server
        if server.has_extn("starttls"):
            server.starttls(context=_secure())
            server.ehlo()
        elif not is_own_machine(host):
            server.close()
            raise UnavailableError("The mail server offers no TLS: nothing is said to it in the clear.")
        return server

    def hang_up(self) -> None:
        """End the conversation, so that nothing is sent after whoever waited has gone."""
        self.is_given_up = True
        if self.server is not None and self.server.sock is not None:
            with suppress(OSError):
                self.server.sock.shutdown(socket.SHUT_RDWR)


def _ours(error: Exception) -> Exception:
    """Return what an error of the conversation means: try again, never again, or a fault of ours."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return UndeliverableError(
            "The mail server takes no address with letters beyond ASCII before the @ (SMTPUTF8)."
        )
    if isinstance(error, smtplib.SMTPRecipientsRefused) and _are_permanent(error.recipients):
        return UndeliverableError("The mail server refused the address for good.")
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT:
        return UndeliverableError("The mail server refused the mail for good.")
    if isinstance(error, (OSError, smtplib.SMTPException)):
        return UnavailableError(f"The mail server did not take it: {error.__class__.__name__}.")
    return error


def _are_permanent(refused: Mapping[str, tuple[int, bytes]]) -> bool:
    return all(code >= _PERMANENT for code, _words in refused.values())


def _message(mail: Mail, settings: Settings) -> EmailMessage:
    message = EmailMessage(policy=_WIRE)
    message["From"] = _address(settings.mail_from)
    message["To"] = _address(mail.to)
    message["Date"] = format_datetime(clock.now())
    message["Subject"] = " ".join(mail.subject.split())
    message["Message-ID"] = f"<{mail.message_id}@{urlsplit(settings.public_url).hostname}>"
    # No machine needs to answer this, and none should (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    if mail.stop_url:
        # RFC 8058: the mail program posts this to the address, without login and without asking first.
        message[_STOP] = f"<{mail.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    # Last: what is said of the content before there are two parts is moved into the first of them.
    message["Content-Language"] = mail.language
    return message


def _address(mailbox: str) -> Address:
    """Return a mailbox as a header can hold it, its domain in ASCII: that every server understands.

    Raises BadInputError for anything with a second line.
    """
    if any(c in mailbox for c in "\r\n"):
        raise BadInputError("This is not one mailbox.", field="email")
    found = validate_email(mailbox, check_deliverability=False, test_environment=True)
    return Address(username=found.local_part, domain=found.ascii_domain)
