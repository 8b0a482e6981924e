"""Attacks upon the people of the synthetic town: stolen lists, impossible travel, guesses, phishing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from oms.signins.countries import distance
from tests.privacy.town import DESKTOPS, ELSEWHERE, HOMES, NOON, Member, Town, Try, parts


class Besieged(Town):
    """A town and its attackers, of one seed; labelled, and nothing that judges reads the label."""

    def tries(self) -> list[Try]:
        """Return everything that is typed, in the order of time."""
        for member in self.members:
            self._live(member)
        found = [one for member in self.members for one in member.tries]
        for make, count in (
            (self._stuffing, self.size.campaigns),
            (self._one_try_each, self.size.campaigns),
            (self._travel, 2 * self.size.each),
            (self._guessing, self.size.each),
            (self._phished, self.size.each),
            # What can hardly be seen at all, at about one in fifty of the attacks that come through: nobody
            # earns much by one try in half an hour, or by an account for which he buys a neighbor's line.
            (self._very_slow, self.size.each // 40),
            (self._next_door, self.size.each // 10),
        ):
            found += [one for _ in range(count) for one in make()]
        return sorted(found)

    def _moment(self) -> datetime:
        return NOON + timedelta(days=self.random.uniform(8, self.size.days))

    def _campaign(self, kind: str, tries: int, right: int) -> list[tuple[str, bool, str]]:
        """Return for each try of a list: whose, whether it is right, the kind. Most are nobody here."""
        found = []
        lucky = set(self.random.sample(range(tries), right))
        for index in range(tries):
            member = self.random.choice(self.members)
            is_right = index in lucky
            stranger = f"nobody{self.random.randrange(10**6)}@shop.test"
            is_ours = is_right or self.random.random() < 0.1
            found.append((member.account if is_ours else stranger, is_right, kind))
        return found

    def _stuffing(self) -> Iterator[Try]:
        """A list of leaked passwords, tried from rented machines: each quickly, and given up for the next.

        One in forty is right, twice what is usually told of such lists (0.1 to 2 %): it makes it harder.
        """
        at, agent = self._moment(), self.random.choice(DESKTOPS)
        for _ in range(self.size.machines):
            address = self.address(self.part(self.random.choice(ELSEWHERE)))
            moment = at + timedelta(minutes=self.random.uniform(0, 40))
            for account, is_right, kind in self._campaign("stuffing, one machine", 28, 1):
                moment += timedelta(seconds=self.random.uniform(4, 20))
                yield Try(moment, account, address, agent, is_right, True, kind)

    def _one_try_each(self) -> Iterator[Try]:
        """The same list, low and slow: each try from another hijacked home, and with another browser."""
        at, tries = self._moment(), 20 * self.size.machines
        for account, is_right, kind in self._campaign(
            "stuffing, one try a place", tries, max(1, tries // 25)
        ):
            at += timedelta(seconds=self.random.expovariate(1 / 40))
            country = self.random.choice((*HOMES, *ELSEWHERE))
            address, agent = self.address(self.part(country)), self.random.choice(DESKTOPS)
            yield Try(at, account, address, agent, is_right, True, kind)

    def _victim(self) -> tuple[Member, datetime]:
        member = self.random.choice([one for one in self.members if any(t.is_right for t in one.tries)])
        return member, self.random.choice([t.at for t in member.tries if t.is_right])

    def _travel(self) -> Iterator[Try]:
        """The right password from where no airliner would be yet; half of them with the same browser."""
        member, at = self._victim()
        hours = self.random.uniform(0.2, 6)
        far = [c for c in ELSEWHERE if distance(member.country, c) > 900 * hours + 500]
        agent = self.random.choice((member.desktop, self.random.choice(DESKTOPS)))
        address = self.address(self.random.choice(parts()[self.random.choice(far or ["AU"])]))
        moment = at + timedelta(hours=hours)
        yield Try(moment, member.account, address, agent, True, True, "impossible travel")

    def _guessing(self) -> Iterator[Try]:
        """One account, tried from a new place each time, until the right one is found."""
        member, at = self.random.choice(self.members), self._moment()
        wrong = self.random.randrange(3, 18)
        for index in range(wrong + 1):
            at += timedelta(minutes=self.random.uniform(1, 6))
            address, agent = self.address(self.part(self.random.choice(ELSEWHERE))), DESKTOPS[0]
            yield Try(at, member.account, address, agent, index == wrong, True, "guessing from many places")

    def _phished(self) -> Iterator[Try]:
        """A password that its owner gave away after an order, used from abroad: nothing is tried before."""
        member, at = self._victim()
        at += timedelta(days=self.random.uniform(1, 10))
        agent = self.random.choice([one for one in DESKTOPS if one != member.desktop])
        address = self.address(
            self.random.choice(parts()[self.random.choice(sorted({*ELSEWHERE} - {member.country}))])
        )
        yield Try(at, member.account, address, agent, True, True, "phished, from abroad")

    def _very_slow(self) -> Iterator[Try]:
        """A try each half hour for two days, each from another home: less than people mistype."""
        at = self._moment()
        for account, is_right, kind in self._campaign("stuffing, two an hour", 96, 3):
            at += timedelta(minutes=self.random.uniform(20, 40))
            address = self.address(self.part(self.random.choice((*HOMES, *ELSEWHERE))))
            yield Try(at, account, address, self.random.choice(DESKTOPS), is_right, True, kind)

    def _next_door(self) -> Iterator[Try]:
        """A phished password behind a bought line in the same country."""
        member, at = self._victim()
        at, address = at + timedelta(days=2), self.address(self.random.choice(parts()[member.country]))
        yield Try(at, member.account, address, DESKTOPS[0], True, True, "phished, same country")
