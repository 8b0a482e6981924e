"""A synthetic town: people who sign in to a shop over a year, each right password with its situation.

No measured set of a shop may be used, so every rate here is an assumption with its reason; the seed is fixed.
Networks are real parts of the address space with the countries of their registries, nobody's in particular.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from oms.signins.countries import country_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOMES = ("NL", "NL", "NL", "DE", "DE", "DE", "FR", "US", "US", "JP", "CN")
ABROAD = ("ES", "IT", "GB", "AT", "US", "TH", "PT")
# Registries give networks within their own region, so the wrong country is most often a neighbor; one time in
# ten it is a seat overseas.
_NEIGHBORS = ("GB", "GB", "DE", "NL", "BE", "CH", "AT", "IE", "FR", "US")
SEATS = {
    **dict.fromkeys(("NL", "DE", "FR"), _NEIGHBORS),
    "US": (*["CA"] * 9, "GB"),
    **dict.fromkeys(("JP", "CN"), ("HK", "HK", "HK", "KR", "KR", "KR", "TW", "TW", "TW", "US")),
}
# Where machines are rented and homes are hijacked.
ELSEWHERE = tuple("US BR CN JP VN IN RU ZA AU NG TR ES MA ID PL".split())  # noqa: SIM905 - many
DESKTOPS = (
    *("Windows Chrome/1 Safari/1", "Windows Chrome/1 Safari/1", "Windows Chrome/1 Safari/1 Edg/1"),
    *("Windows Firefox/1", "Mac OS X Safari/1", "Mac OS X Chrome/1 Safari/1", "Linux Firefox/1"),
)
PHONES = ("iPhone Mac OS X Safari/1", "Android Chrome/1 Safari/1", "Android Chrome/1 Safari/1")


@dataclass(frozen=True, order=True)
class Try:
    """Somebody types a password: when, for which account, from where, with what; and what only we know."""

    at: datetime
    account: str
    address: str
    agent: str
    is_right: bool
    is_attack: bool
    kind: str


@cache
def parts() -> dict[str, list[str]]:
    """Return parts of the address space (/16) that are wholly of one country, by their registry."""
    found: dict[str, list[str]] = {}
    for first in range(1, 224):
        for second in range(0, 256, 3):
            said = {country_of(f"{first}.{second}.{third}.7") for third in range(0, 256, 51)}
            if len(said) == 1:
                found.setdefault(said.pop(), []).append(f"{first}.{second}")
    return found


@dataclass
class Member:
    """Somebody with an account: two networks of their own, one or two machines, a few bursts of visits."""

    number: int
    country: str
    home: str
    carrier: list[str]
    desktop: str
    phone: str
    has_vpn: bool = False
    trip: str = ""
    last: datetime | None = None
    tries: list[Try] = field(default_factory=list)

    @property
    def account(self) -> str:
        """Return what they type as their name."""
        return f"member{self.number}@shop.test"


@dataclass(frozen=True)
class Size:
    """How large the set is: members and days, campaigns of attacks, and single attacks of each kind."""

    members: int
    days: int
    campaigns: int
    machines: int
    each: int


# Twenty campaigns in a year: more than a small shop sees, but each hour of one troubles people, too.
FULL = Size(members=560, days=365, campaigns=10, machines=14, each=40)
SMALL = Size(members=24, days=120, campaigns=1, machines=1, each=4)


class Town:
    """Makes the people and their attackers of one seed."""

    def __init__(self, size: Size, seed: int = 31) -> None:
        self.size = size
        self.random = random.Random(seed)  # noqa: S311 - a synthetic set
        # Behind one address each live the people of an office or of a dormitory.
        self.shared = {
            country: [self.address(self.random.choice(parts()[country])) for _ in range(2)]
            for country in ("NL", "DE")
        }
        self.members: list[Member] = []
        for number in range(1, size.members + 1):
            self.members.append(self._member(number))

    def part(self, country: str) -> str:
        """Return a network of a country; one in twenty is registered for another one (Zander 2012).

        Then it is where the provider's group of companies has its seat.
        """
        if self.random.random() < 0.05:
            country = self.random.choice(SEATS.get(country, ("US",)))
        return self.random.choice(parts()[country])

    def address(self, part: str) -> str:
        """Return an address within a network."""
        return f"{part}.{self.random.randrange(256)}.{self.random.randrange(1, 255)}"

    def _member(self, number: int) -> Member:
        before = self.members[-1] if self.members else None
        country = self.random.choice(HOMES)
        home = self.address(self.part(country))
        if country in self.shared and self.random.random() < 0.4:
            home = self.random.choice(self.shared[country])
        elif number % 3 == 0 and before is not None and before.country == country:
            home = before.home  # a family
        # Carriers give a phone another address each time, out of a few networks.
        carrier = [self.part(country) for _ in range(2)]
        # Two in five have a phone and nothing else.
        phone = self.random.choice(PHONES)
        desktop = phone if self.random.random() < 0.4 else self.random.choice(DESKTOPS)
        made = Member(number, country, home, carrier, desktop, phone)
        # Some turn a tunnel on and off, whose other end is in another country.
        made.has_vpn = self.random.random() < 0.03
        return made

    def _live(self, member: Member) -> None:
        """Let somebody come around their purchases: a few times within two weeks, then for months not."""
        for _ in range(self.random.choice((1, 1, 2, 3))):
            at = NOON + timedelta(days=self.random.uniform(0, self.size.days))
            for _ in range(self.random.choice((1, 2, 3, 4))):
                self._visit(member, at)
                # One in ten comes back the same day.
                hours = (
                    self.random.uniform(0.3, 8)
                    if self.random.random() < 0.1
                    else self.random.uniform(20, 120)
                )
                at += timedelta(hours=hours)
            member.trip = ""

    def _visit(self, member: Member, at: datetime) -> None:
        kind, address, agent = self._where(member, at)
        wrong = 0
        # About one in seven mistypes, some again and again; one in thirty gives up.
        if self.random.random() < 0.15:
            wrong = self.random.choice((1, 1, 1, 2, 2, 3, 4))
            kind = "several typos" if wrong > 1 else kind
        for index in range(wrong):
            earlier = at - timedelta(seconds=20 * (wrong - index))
            member.tries.append(Try(earlier, member.account, address, agent, False, False, kind))
        if wrong and self.random.random() < 0.2:
            return
        if wrong >= 3 and self.random.random() < 0.1:
            # The laptop would not have it, so they take the phone.
            kind, address, agent = "other device after typos", self.address(member.carrier[0]), member.phone
        member.tries.append(Try(at, member.account, address, agent, True, False, kind))
        member.last = at

    def _where(self, member: Member, at: datetime) -> tuple[str, str, str]:  # noqa: PLR0911 - a situation each
        """Return in which situation somebody comes, from where and with what."""
        r = self.random.random()
        if member.trip and r < 0.8:
            return "on a journey", self.address(member.trip), member.phone
        # People are abroad for about eleven days of a year, one in twenty of them at a machine not their own.
        rested = member.last is None or at - member.last > timedelta(hours=20)
        if r < 0.015 and rested:
            member.trip = self.part(self.random.choice(ABROAD))
            if self.random.random() < 0.05:
                return "hotel's computer", self.address(member.trip), self.random.choice(DESKTOPS)
            return "on a journey", self.address(member.trip), member.phone
        if member.has_vpn and r < 0.5:
            return "through a tunnel", self.address(self.part(self.random.choice(ABROAD))), member.desktop
        if r < 0.3:
            return "phone on its carrier", self.address(self.random.choice(member.carrier)), member.phone
        if r < 0.35:
            return "somebody's network", self.address(self.part(member.country)), member.phone
        if r < 0.38:
            member.phone = self.random.choice(PHONES)
            return "new phone", member.home, member.phone
        if r < 0.45:
            return "phone at home", member.home, member.phone
        is_shared = member.home in self.shared.get(member.country, ())
        kind = "office or dormitory" if is_shared else "at home"
        return kind, member.home, member.desktop
