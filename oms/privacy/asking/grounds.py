"""The grounds of refusal as data: words, the article of each law, and where somebody can complain.

A ground is one of the eight limits of the notice (001-50 to 001-57) or a request that cannot be met at all;
`drp` is its reason for a denial in the Data Rights Protocol (Consumer Reports, version 0.9, 3.02).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from oms.privacy.clocks.regimes import Regime
from oms.privacy.states import Because, Ground


@dataclass(frozen=True, slots=True)
class Reason:
    """What a notice says of a ground: its words, its articles by law, whether parts alone may be refused."""

    words: str
    articles: Mapping[Regime, str]
    drp: str
    is_partial_only: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """Where somebody can complain of a refusal, and what a court can do."""

    where: str
    url: str
    remedy: str


def say(source: str) -> str:
    """Mark a sentence that each reader is told in their own language."""
    return source


def _articles(gdpr: str, ccpa: str, pipl: str) -> Mapping[Regime, str]:
    return {
        Regime.GDPR: f"GDPR, {gdpr}",
        Regime.CCPA: f"Cal. Civ. Code {ccpa}",
        Regime.PIPL: f"PIPL, {pipl}",
        Regime.GENERIC: f"GDPR, {gdpr}",
    }


_NOT_COVERED = "claim_not_covered"
REASONS: Mapping[Ground, Reason] = {
    Ground.STATUTORY_DUTY: Reason(
        say("A law obliges us to keep, or to do, what you ask us to end."),
        _articles("article 17(3)(b)", "1798.105(d)(8)", "article 13(1)(3)"),
        _NOT_COVERED,
    ),
    Ground.NATIONAL_SECURITY: Reason(
        say("National security or defense forbids it."),
        _articles("article 23(1)(a), (b)", "1798.145(a)", "article 35"),
        _NOT_COVERED,
    ),
    Ground.PUBLIC_SAFETY: Reason(
        say("Public safety, public health or another major public interest forbids it."),
        _articles("article 23(1)(c), (e)", "1798.145(a)", "article 13(1)(4)"),
        _NOT_COVERED,
    ),
    Ground.CRIMINAL_JUSTICE: Reason(
        say("A criminal investigation, prosecution, trial or sentence forbids it."),
        _articles("article 23(1)(d)", "1798.145(a)(1)", "article 35"),
        _NOT_COVERED,
    ),
    Ground.BAD_FAITH: Reason(
        say("The request is made in bad faith or abuses the right. Two of us have looked at it."),
        _articles("article 12(5)(b)", "1798.145(h)(3)", "article 5"),
        "suspected_fraud",
    ),
    Ground.VITAL_INTERESTS: Reason(
        say("It protects somebody's life or property, and nobody can be asked for consent in time."),
        _articles("article 6(1)(d)", "1798.145(a)", "article 13(1)(4)"),
        _NOT_COVERED,
    ),
    Ground.RIGHTS_OF_OTHERS: Reason(
        say("It would seriously harm the rights of others. All else is answered."),
        _articles("article 15(4)", "1798.145(k)", "article 44"),
        _NOT_COVERED,
        is_partial_only=True,
    ),
    Ground.TRADE_SECRETS: Reason(
        say("It would give away a trade secret. All else is answered."),
        _articles("article 15(4), recital 63", "1798.100(f)", "article 44"),
        _NOT_COVERED,
        is_partial_only=True,
    ),
    Ground.NOT_PROVEN: Reason(
        say("Nobody has proven that the mailbox is theirs, so we may tell nothing."),
        _articles("article 12(6)", "1798.130(a)(2)(A)", "article 50"),
        "insuf_verification",
    ),
    Ground.NO_MATCH: Reason(
        say("We know nothing that leads to this mailbox."),
        _articles("article 11(2)", "1798.145(j)", "article 45"),
        "no_match",
    ),
    Ground.NOT_COVERED: Reason(
        say("The law that you rely on does not cover this."),
        _articles("article 12(4)", "1798.145", "article 44"),
        "outside_jurisdiction",
    ),
}
# 001-33 to 001-37: why somebody asks for a deletion, in their own words. None has to be proven or weighed.
BECAUSE: Mapping[Because, str] = {
    Because.UNLAWFUL: say("You use my data against the law."),
    Because.NO_CONSENT: say("I did not agree, or I agree no longer."),
    Because.BREACH: say("You did not keep to what was agreed."),
    Because.STOPPED: say("I no longer use this shop."),
    Because.ENDED: say("The shop ends its service."),
}
# 001-50 to 001-57, in the order of the notice.
LIMITS = tuple(REASONS)[:8]
_COURT = say("You can also go to court.")
_OURS = say("Write to us: somebody else looks at it again.")
# By which article an objection is weighed.
OBJECTING = _articles("article 21(1)", "1798.120", "article 44")
COMPLAINTS: Mapping[Regime, Complaint] = {
    # GDPR, articles 77 and 79.
    Regime.GDPR: Complaint(
        say("You can complain to the data protection authority of the country where you live or work."),
        "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en",
        _COURT,
    ),
    Regime.CCPA: Complaint(
        say("You can complain to the California Privacy Protection Agency."),
        "https://cppa.ca.gov/webapplications/complaint",
        _OURS,
    ),
    # PIPL, articles 50 and 65.
    Regime.PIPL: Complaint(
        say("You can complain to the Cyberspace Administration of China."),
        "https://www.12377.cn/",
        _COURT,
    ),
    Regime.GENERIC: Complaint(
        say("You can complain to the authority for data protection of your country."),
        "https://globalprivacyassembly.org/participation-in-the-assembly/list-of-accredited-members/",
        _OURS,
    ),
}
