"""What is known of a sign-in before it is judged, who signed in lately, and the links of mails about it."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel import clock, ids
from oms.kernel.errors import NotFoundError
from oms.signins.countries import country_of, distance
from oms.signins.judging import NEAR, WAVES, Signals, Tries
from oms.signins.models import DAYS, SignIn, SignInAlert
from oms.web.budgets import ACCOUNT, PAIR, PLACE, Attempt, SignInBudget, area_of, home_of
from oms.web.session_rows import family

_LINK = "sign-in"


@dataclass(frozen=True, slots=True)
class Visit:
    """From where a request comes: its internet address and browser, read once and kept nowhere."""

    secret: str
    address: str
    agent: str

    @property
    def browser(self) -> str:
        """Return the kind of browser."""
        return family(self.agent)

    @property
    def country(self) -> str:
        """Return the country, empty where it is not known."""
        return country_of(self.address)

    def place(self, person: str) -> bytes:
        """Return a keyed code of the household's network, for one person alone: it joins no two accounts."""
        return self._code("place", person, home_of(self.address))

    def area(self, person: str) -> bytes:
        """Return the same of the provider's part of the net, in which addresses of a phone change."""
        return self._code("area", person, area_of(self.address))

    def _code(self, *parts: str) -> bytes:
        message = "\0".join(("sign-in", *parts)).encode()
        return hmac.new(self.secret.encode(), message, hashlib.sha256).digest()


def since() -> datetime:
    """Return from when on sign-ins are kept."""
    return clock.now() - timedelta(days=DAYS)


def of_person(session: Session, person: str) -> list[SignIn]:
    """Return somebody's sign-ins of the last 30 days, the newest first."""
    mine = select(SignIn).where(SignIn.person == person, SignIn.at > since())
    return list(session.scalars(mine.order_by(SignIn.at.desc(), SignIn.id.desc())))


def signals(session: Session, person: str, visit: Visit, attempt: Attempt | None = None) -> Signals:
    """Return what is known of a sign-in; with an attempt, of a password, also who else tries."""
    known = [one for one in of_person(session, person) if one.is_known]
    place, country = visit.place(person), visit.country
    last = known[0] if known else None
    countries = {one.country for one in known} - {""}
    here, elsewhere = _tried(session, attempt)
    return Signals(
        is_known_place=any(one.place == place for one in known),
        is_new_area=visit.area(person) not in {one.area for one in known},
        is_far_country=min((distance(one, country) for one in countries), default=0.0) > NEAR,
        is_new_browser=bool(known) and visit.browser not in {one.agent for one in known},
        here=here,
        other_places=elsewhere,
        is_wave=attempt is not None and wave(session) > 0,
        kilometers=distance(last.country, country) if last else 0.0,
        since=clock.now() - last.at if last else None,
    )


def _tried(session: Session, attempt: Attempt | None) -> tuple[Tries, int]:
    """Return what a place tried of other accounts today, and from how many others this one was tried."""
    if attempt is None:
        return Tries(), 0
    keys = (attempt.place, attempt.account, attempt.pair)
    rows = session.scalars(select(SignInBudget).where(SignInBudget.key.in_(keys)))
    found = {row.key: row for row in rows}
    own = found[attempt.pair].failures if attempt.pair in found else 0
    at_place, of_account = found.get(attempt.place), found.get(attempt.account)
    here = Tries(max(0, at_place.failures - own), at_place.passed) if at_place else Tries()
    return here, max(0, of_account.places - 1) if of_account else 0


def wave(session: Session, lengths: Sequence[tuple[timedelta, int]] = WAVES) -> int:
    """Return how many accounts were tried in vain, where that is a wave; else 0.

    Who is tried from many places is one account; what is right is counted by account and place.
    """
    now = clock.now()
    for length, least in lengths:
        lately = (SignInBudget.sort != PLACE.sort, SignInBudget.tried_at > now - length)
        in_vain = (SignInBudget.sort == ACCOUNT.sort, SignInBudget.passed == 0, SignInBudget.failures > 0)
        wrong = func.count().filter(*in_vain)
        right = func.count().filter(SignInBudget.sort == PAIR.sort, SignInBudget.passed > 0)
        tries = Tries(*session.execute(select(wrong, right).where(*lately)).one())
        if tries.are_many(least):
            return tries.wrong
    return 0


def alerts(session: Session) -> list[SignInAlert]:
    """Return the alerts that nobody has looked into, the newest first."""
    unseen = select(SignInAlert).where(SignInAlert.seen_at.is_(None))
    return list(session.scalars(unseen.order_by(SignInAlert.id.desc())))


def word_of(sign_in_id: int, secret: str) -> str:
    """Return the word of the link by which its person answers; it can be made by us alone."""
    return f"{sign_in_id}.{ids.sign(str(sign_in_id), _LINK, secret)}"


def by_word(session: Session, word: str, secret: str) -> SignIn:
    """Return the sign-in of a link. Raises NotFoundError for one that is not ours, or over after 30 days."""
    number, _dot, signature = word.partition(".")
    if not ids.is_signed(number, signature, _LINK, secret):
        raise NotFoundError("This link is not whole. Open it from the mail once more.")
    found = session.get(SignIn, int(number))
    if found is None or found.at <= since():
        raise NotFoundError("This link is over. It holds for 30 days.")
    return found
