"""Shoppers who look around, fill carts, pay, hesitate, come back: one life after the other, many at once."""

import itertools
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import requests

from tests.fakes import Party
from tests.running import RunningShop, Shopper

_PAGE = re.compile(r"/c/pay/([^/?#]+)")
DECLINED = ("4000000000000002", "4000000000009995")


@dataclass
class History:
    """What happened, as the crowd saw it: answers by step, sessions that were paid, what nobody expected."""

    answers: Counter[str] = field(default_factory=Counter)
    paid: set[str] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    lives: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: str, answer: requests.Response) -> requests.Response:
        """Count an answer; one of 500 is never right, 503 only while a fault is on."""
        with self._lock:
            self.answers[f"{step} {answer.status_code}"] += 1
            if answer.status_code == 500:
                self.odd.append(f"{step}: 500")
        return answer

    def note_paid(self, session: str) -> None:
        """Remember a session of which Stripe said that it is paid."""
        with self._lock:
            self.paid.add(session)

    def note_life(self) -> None:
        """Count one shopper's visit."""
        with self._lock:
            self.lives += 1


class Crowd:
    """So many people at once, each starting a new life when the last one ended, until the time is over."""

    def __init__(self, shop: RunningShop, skus: list[str], *, seconds: float) -> None:
        self.shop = shop
        self.skus = skus
        self.until = time.monotonic() + seconds
        self.history = History()
        self._numbers = itertools.count(1)

    def live(self, person: int) -> None:
        """Live one life after the other."""
        choose = random.Random(person)  # noqa: S311 - which goods is no secret
        while time.monotonic() < self.until:
            try:
                self._visit(Shopper(self.shop, next(self._numbers)), choose)
            except requests.RequestException as error:
                self.history.odd.append(f"no answer: {error.__class__.__name__}")
            self.history.note_life()

    def _visit(self, shopper: Shopper, choose: random.Random) -> None:
        wanted = choose.sample(self.skus, choose.randint(1, 3))
        for path in ("/", f"/products/{wanted[0].lower()}", f"/search?q={wanted[-1].lower()}"):
            self._get(shopper, path)
        if choose.random() < 0.3:
            return
        put = [self.history.note("add", shopper.add(sku, choose.randint(1, 2))) for sku in wanted]
        self._get(shopper, "/cart")
        if choose.random() < 0.2 or not any(answer.status_code == 303 for answer in put):
            return
        self._check_out(shopper, choose)
        if choose.random() < 0.1:
            self._check_out(shopper, choose)

    def _get(self, shopper: Shopper, path: str) -> None:
        self.history.note(
            path.split("/")[1].partition("?")[0] or "home", shopper.http.get(self.shop.url + path, timeout=60)
        )

    def _check_out(self, shopper: Shopper, choose: random.Random) -> None:
        hidden = shopper.checkout()
        if "placement_key" not in hidden:
            return
        email = f"shopper-{next(self._numbers)}@shop.test"
        for _again in range(3):
            answer = self.history.note("pay", shopper.pay(hidden, email=email))
            if answer.status_code != 503:
                break
        found = _PAGE.search(answer.headers.get("Location", ""))
        if found:
            self._at_stripe(found[1], choose)

    def _at_stripe(self, session: str, choose: random.Random) -> None:
        stripe = self.shop.stripe
        assert stripe is not None
        fate = choose.random()
        if fate < 0.1:
            return
        if fate < 0.2:
            pay(stripe, session, choose.choice(DECLINED))
        if fate < 0.9 and pay(stripe, session) == "paid":
            self.history.note_paid(session)


def pay(stripe: Party, session: str, card: str = "4242424242424242") -> str:
    """Pay at the stand-in's control door, which no fault closes; return how it ended."""
    return stripe.pay(session, card)
