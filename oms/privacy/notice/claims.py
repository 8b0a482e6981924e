"""What the merchant's own words claim, and only an uploaded certificate that is valid today may say."""

import html
import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.catalog.models import MarketText
from oms.kernel.errors import BadInputError
from oms.privacy.evidence import papers
from oms.privacy.notice import queries
from oms.privacy.notice.queries import Texts

# Marks that somebody else gives, by the names under which shops boast of them; of ISO every number counts.
_MARKS = re.compile(
    r"""
    \bISO\W*(?:IEC\W*)?(?P<iso>\d{4,5})(?!\d)
    | \bPCI(?:\W?DSS)?\b | \bSOC\W?[123]\b | \bHIPAA\b | \bFedRAMP\b | \bTISAX\b | \bHITRUST\b
    | \bCSA\W?STAR\b | \bBSI\W?C5\b | \bIT\W?Grundschutz\b | \bT(?:Ü|UE?)V\b | \bCyber\W?Essentials\b
    | \bTrusted\W?Shops?\b | \bTRUSTe\b | \bEuroPriSe\b | \bEuroprivacy\b | \bePrivacy\W?(?:seal|siegel)\b
    | \bData\W?Privacy\W?Framework\b | \bPrivacy\W?(?:Shield|seal)\b | \bDatenschutz\W?siegel\b
    | 等级保护 | 等保
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words that say that somebody else has looked, in the languages of the shop; proving who somebody is has the
# same Chinese word. A sentence with one of them has to name a certificate.
_BOASTS = re.compile(
    r"""
    \bcertified\b | \baccredited\b | \baudited\b | \b(?:GDPR|CCPA|PIPL|privacy)\W?compliant\b
    | \b\w*zertifiziert\w*\b | \b\w*akkreditiert\w*\b | \bauditiert\w*\b
    | \b(?:DSGVO|GDPR)\W?(?:konform|geprüft)\w*\b
    | (?<!身份)(?<!双重)(?<!因素)(?<!实名)(?<!登录)认证 | [经过受]\S{0,6}审计 | (?:GDPR|PIPL)\W?合规
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE = re.compile(r"(?<=\.)\s+|[!?;。\n]+")
_BLANKS = re.compile(r"[^\S\n]+")
_TAGS = re.compile(r"<[^>]*>")


def found(session: Session, text: str) -> list[str]:
    """Return what a text claims and no certificate that is valid today says, in its own words, each once.

    HTML is read as its words.
    """
    held = [one.name for one in papers.shown(session)]
    claims = [
        claim
        for sentence in _SENTENCE.split(_plain(html.unescape(_TAGS.sub(" ", text))))
        for claim in _unproved(sentence, held)
    ]
    return list(dict.fromkeys(claims))


def _unproved(sentence: str, held: list[str]) -> list[str]:
    marks = list(_MARKS.finditer(sentence))
    lacking = [mark.group() for mark in marks if not any(_says(name, mark) for name in held)]
    is_named = bool(marks) or any(bare and bare in _bare(sentence) for bare in map(_bare, held))
    return lacking + ([] if is_named else [boast.group() for boast in _BOASTS.finditer(sentence)])


def _says(name: str, mark: re.Match[str]) -> bool:
    """Say whether the name of a certificate has a mark in it; of a standard of ISO the number decides."""
    number = mark.group("iso")
    if number:
        return number in {one.group("iso") for one in _MARKS.finditer(_plain(name))}
    return _bare(mark.group()) in _bare(name)


def _plain(text: str) -> str:
    """Return a text as it is read: no signs that nobody sees, single blanks, one way of writing each."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return _BLANKS.sub(" ", seen)


def _bare(words: str) -> str:
    """Return letters and digits alone, so that PCI DSS and PCI-DSS are one."""
    return "".join(c for c in _plain(words).casefold() if c.isalnum())


def require(session: Session, texts: Texts) -> None:
    """Raise BadInputError, at the field of the words, for what no uploaded certificate says."""
    for language, parts in texts.items():
        for part, text in parts.items():
            claimed = found(session, text)
            if claimed:
                raise BadInputError(
                    "No certificate that is valid today says this: %(what)s. Upload it at the desk under"
                    " Privacy, Certificates, with its name, or leave the words out.",
                    field=f"{language}_{part}",
                    what=", ".join(claimed),
                )


def unproved(session: Session) -> list[str]:
    """Return what the notice in force, the one announced and the imprints claim without a certificate."""
    rows = filter(None, (queries.in_force(session), queries.announced(session)))
    told = [parts for row in rows for parts in queries.texts_of(row.content).values()]
    texts = [text for parts in told for text in parts.values()]
    imprints = session.scalars(select(MarketText.body_html).where(MarketText.topic == "imprint"))
    return list(dict.fromkeys(claim for text in (*texts, *imprints) for claim in found(session, text)))
