"""Reading a mail that somebody sent (RFC 5322): who asks, what for, in which words.

The sender proves nothing: the mailbox is proven by the code that goes to it. Attachments are never opened,
let alone kept: nobody has to send a document. Answers of machines are left alone (RFC 3834, section 2).
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from email_validator import EmailNotValidError, validate_email

from oms.kernel.errors import BadInputError
from oms.privacy.states import RequestKind

MOST_BYTES = 1_000_000
MOST_WORDS = 2_000
_MOST_PARTS = 100
_BULK = {"bulk", "junk", "list"}
_QUOTED = re.compile(
    r"(?m)^\s*(>.*|-{2,}\s*(Original Message|Forwarded message).*"
    r"|(On|Am|Le) .{0,200}(wrote|schrieb|crit)\s*:)\s*$"
)
_SIGNATURE = re.compile(r"(?m)^-- ?$")
# Who has ordered or given something, said of a child: a gift for a daughter is no request of a guardian.
_OF_A_CHILD = re.compile(
    r"\bmy (child|son|daughter|kid)(['’]s|\b.{0,40}\b(order|bought|account|data|sign|regist|use))"
    r"|\bi am (the|a) (parent|guardian|mother|father) of\b"
    r"|\bmeine?[srmn]? (kind|sohn|tochter)\w*\b.{0,60}(bestell|gekauft|konto|daten|angemeldet)"
    r"|(konto|daten|bestellung) meine[sr] (kind|sohn|tochter)"
    r"|我的?(孩子|儿子|女儿).{0,20}(订单|账户|下单|购买|数据)"
)
_A_CHILD = re.compile(
    r"\bi(['’]m| am) (a minor|a child|under ?age|only 1\d|under 1\d)\b"
    r"|\bich bin (noch )?(minderjährig|ein kind|unter 1\d|erst 1\d)|我(是|还是)?未成年"
)
# Stems in the languages of the shop; the first kind with a stem in the words is it, the gravest first.
_STEMS: tuple[tuple[RequestKind, tuple[str, ...]], ...] = (
    (RequestKind.ERASURE, ("delet", "eras", "forget me", "close my account", "cancel my account", "lösch")),
    (RequestKind.ERASURE, ("vergess", "konto schließen", "删除", "注销")),
    (RequestKind.COPY, ("copy of my", "export", "portab", "kopie", "übertrag", "副本", "导出")),
    (RequestKind.CORRECTION, ("correct", "rectif", "wrong address", "berichtig", "korrig", "更正")),
    (RequestKind.RESTRICTION, ("restrict", "einschränk", "限制")),
    (RequestKind.OBJECTION, ("object", "unsubscribe", "opt out", "opt-out", "widerspr", "拒绝", "退订")),
    (RequestKind.ACCESS, ("access", "what you know", "what data", "auskunft", "know about me", "查询")),
)


class NotARequestError(BadInputError):
    """This mail asks for nothing: a machine sent it, or nobody can be answered."""

    code = "not_a_request"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it was understood; `id` is its Message-ID, empty where it has none."""

    id: str
    email: str
    kind: RequestKind
    words: str
    attachments: int


def read(raw: bytes) -> Letter:
    """Return what a mail asks for.

    Raises NotARequestError for a mail of a machine, or without one sender who can be answered.
    """
    if len(raw) > MOST_BYTES:
        raise NotARequestError(f"The mail is longer than {MOST_BYTES} bytes.")
    try:
        message = message_from_bytes(raw, policy=default)
        _require_person(message)
        email, words = _sender(message), _words(message)
        subject = str(message.get("Subject", ""))
        files = sum(1 for part in _parts(message) if part.get_content_disposition() == "attachment")
        number = str(message.get("Message-ID", "")).strip()
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, IndexError) as error:
        # The library raises nearly anything for headers that somebody bent.
        if isinstance(error, NotARequestError):
            raise
        raise NotARequestError(f"The mail cannot be read: {error.__class__.__name__}.") from None
    return Letter(number[:200], email, kind_of(f"{subject}\n{words}"), words, files)


def kind_of(words: str) -> RequestKind:
    """Return what somebody asks for by the words they use; OTHER where none is known: staff read it."""
    found = words.casefold()
    if _OF_A_CHILD.search(found):
        return RequestKind.GUARDIAN
    if _A_CHILD.search(found):
        return RequestKind.MINOR
    return next((kind for kind, stems in _STEMS if any(s in found for s in stems)), RequestKind.OTHER)


def _require_person(message: EmailMessage) -> None:
    if str(message.get("Auto-Submitted", "no")).strip().casefold() != "no":
        raise NotARequestError("A machine sent it by itself.")
    if str(message.get("Precedence", "")).strip().casefold() in _BULK or "List-Id" in message:
        raise NotARequestError("It came over a mailing list.")
    if str(message.get("Return-Path", "<x>")).strip() == "<>":
        raise NotARequestError("It tells that a mail could not be delivered.")


def _sender(message: EmailMessage) -> str:
    froms = message.get_all("From") or []
    addresses = [address.addr_spec for header in froms for address in header.addresses]
    if len(addresses) != 1:
        raise NotARequestError("It does not have one sender.")
    try:
        found = validate_email(addresses[0], check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise NotARequestError("Its sender cannot be answered.") from None
    return found.normalized


def _parts(message: EmailMessage) -> list[EmailMessage]:
    parts: list[EmailMessage] = []
    for part in message.walk():
        parts.append(part)
        if len(parts) > _MOST_PARTS:
            raise NotARequestError(f"It has more than {_MOST_PARTS} parts.")
    return parts


def _words(message: EmailMessage) -> str:
    texts = {"text/plain": "", "text/html": ""}
    for part in _parts(message):
        sort = part.get_content_type()
        if sort in texts and not texts[sort] and part.get_content_disposition() != "attachment":
            raw = part.get_payload(decode=True)
            texts[sort] = _decoded(raw if isinstance(raw, bytes) else b"", part.get_content_charset())
    whole = texts["text/plain"] or _without_tags(texts["text/html"])
    return clean(whole)


def clean(whole: str) -> str:
    """Return the newest words of a mail: no quotes, no signature, no control characters, cut to a length."""
    said = _SIGNATURE.split(_QUOTED.sub("", whole.replace("\r\n", "\n")), maxsplit=1)[0]
    plain = "".join(c for c in said if c == "\n" or c.isprintable())
    return re.sub(r"\n{3,}", "\n\n", plain).strip()[:MOST_WORDS]


def _decoded(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its name is the library's
        self.hidden += tag in {"script", "style"}
        if tag in {"br", "p", "div"}:
            self.told.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"} and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.told.append(data)


def _without_tags(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return "".join(parser.told)
