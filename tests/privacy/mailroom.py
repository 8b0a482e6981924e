"""A mail server that can hold back what it is given, and people who say no while it does."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from queue import Empty, LifoQueue, SimpleQueue
from threading import Event, Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, insert, select, text

from oms.kernel import clock, jobs, outbox
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import OutboxDelivery, OutboxMessage
from oms.notifications import handlers as notifications
from oms.orders.models import Order
from oms.privacy.asking import actions as asking
from oms.privacy.states import Channel
from oms.privacy.wishes import actions as wishes
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice
from tests import make
from tests.privacy.crowd import mailbox
from tests.running import free_port

_TELL = "notifications.tell_delivered"
# In this database: the other test process has its own on the same server.
_WAITS = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


@dataclass
class Mailroom:
    """Takes mails on loopback; `holds(stage, mailbox)` says whether it still keeps its sender waiting.

    The stages: `receiver`, before it says yes to a mailbox, and `mail`, before it says yes to a whole mail.
    `taken` is when it said that, by the clock of this machine that only goes forward; `seen`, which stages
    any mail has reached.
    """

    port: int = field(default_factory=free_port)
    taken: dict[str, list[float]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    holds: Callable[[str, str], bool] = lambda _stage, _mailbox: False
    reached: Callable[[str, str], None] = lambda _stage, _mailbox: None

    @property
    def url(self) -> str:
        """Its address, as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and order
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        await self._held("receiver", address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        [address] = envelope.rcpt_tos
        await self._held("mail", address)
        self.taken.setdefault(address, []).append(time.monotonic())
        return "250 OK"

    async def _held(self, stage: str, address: str) -> None:
        self.seen.add(stage)
        self.reached(stage, address)
        while self.holds(stage, address):  # noqa: ASYNC110 - a thread ends it, not this loop
            await asyncio.sleep(0.002)


@contextmanager
def opened(settings: Settings, room: Mailroom) -> Iterator[Mailroom]:
    """Run a mail room, to which the mails of this process go too."""
    door = Controller(room, hostname="127.0.0.1", port=room.port)
    door.start()
    notifications.configure(replace(settings, smtp_url=room.url))
    try:
        yield room
    finally:
        door.stop()
        notifications.configure(settings)


@dataclass
class Crowd:
    """People who are told that their order has arrived, and what they say meanwhile.

    Of the first so many every second one says no while their mail is in a worker's hand: by turns when their
    mailbox was named (`early`), and when the mail is whole at the server (`late`). Of all who come after them
    fifteen in sixteen say no then, one after another (`rest`). The others are `silent`.
    """

    numbers: list[str]
    first: int
    said: dict[str, float] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)
    # Whoever was asked last answers first: a worker holds their mail.
    asked: LifoQueue[str] = field(default_factory=LifoQueue)
    whole: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        half, others = self.numbers[: self.first], self.numbers[self.first :]
        self.early = {mailbox(number): number for number in half[1::4]}
        self.late = {mailbox(number): number for number in half[3::4]}
        self.rest = [number for place, number in enumerate(others) if place % 16]
        self.silent = {mailbox(number) for number in [*half[::2], *others[::16]]}
        # So many say no in the strongest way there is; that takes a request, and so far longer.
        self.objecting = set(self.numbers[1::16])

    def reached(self, stage: str, address: str) -> None:
        """Let somebody answer who sees their mail in a worker's hand."""
        mine = self.early if stage == "receiver" else self.late
        if address in mine:
            self.whole[address] = time.monotonic()
            self.asked.put(mine[address])

    def holds(self, stage: str, address: str) -> bool:
        """Hold an early one's mail back until their no is written, a late one's for a moment."""
        if stage == "receiver":
            return address in self.early and address not in self.said
        return address in self.late and time.monotonic() < self.whole[address] + 0.02

    def refuse(self, number: str) -> None:
        """Say no to mails and letters, or object: noted before the commit, so that no mail may come later."""
        began = time.monotonic()
        with transaction() as session:
            if number in self.objecting:
                asking.object_from_page(session, [f"order:{number}"], "eu", "en", by=make.GUEST)
            else:
                for channel in (Channel.MAIL, Channel.INBOX):
                    no = Said(Choice.WITHDRAWN, channel)
                    wishes.say(session, [f"order:{number}"], no, by=make.GUEST)
            self.said[mailbox(number)] = time.monotonic()
        self.waited.append(time.monotonic() - began)

    @contextmanager
    def answering(self, people: int = 3) -> Iterator[None]:
        """Have so many at once say no, as they are asked; ends when nobody is asked any more."""
        is_over = Event()
        hands = [Thread(target=self._answer, args=[is_over], daemon=True) for _ in range(people)]
        for hand in hands:
            hand.start()
        try:
            yield
        finally:
            is_over.set()
            for hand in hands:
                hand.join()

    def _answer(self, is_over: Event) -> None:
        while True:
            try:
                self.refuse(self.asked.get(timeout=0.05))
            except Empty:
                if is_over.is_set():
                    return


@dataclass(frozen=True)
class Outcome:
    """What came of a send: mails to each sort of people, mails twice, and mails after their reader's no."""

    silent: int
    early: int
    late: int
    twice: int
    after: int


def judged(room: Mailroom, crowd: Crowd) -> Outcome:
    """Compare when each mail was taken with when its reader had said no."""
    moments = [(at, crowd.said.get(address)) for address, times in room.taken.items() for at in times]
    return Outcome(
        silent=len(crowd.silent & room.taken.keys()),
        early=len(crowd.early.keys() & room.taken.keys()),
        late=len(crowd.late.keys() & room.taken.keys()),
        twice=sum(len(times) > 1 for times in room.taken.values()),
        after=sum(no is not None and at > no for at, no in moments),
    )


def tell_all(numbers: list[str]) -> None:
    """Have each of some orders say that it has arrived, to the mails alone, one after another."""
    with transaction(Role.MIGRATE) as session:
        ids = dict(session.execute(select(Order.number, Order.id).where(Order.number.in_(numbers))).all())
        known = {"topic": "order.delivered", "fanned_out_at": clock.now()}
        said = [known | {"payload": {"order": ids[number]}} for number in numbers]
        written = insert(OutboxMessage).returning(OutboxMessage.id, sort_by_parameter_order=True)
        fresh = session.scalars(written, said)
        session.execute(insert(OutboxDelivery), [{"message_id": one, "handler": _TELL} for one in fresh])


def work(most: int, hands: int = 3) -> int:
    """Do so many deliveries as workers do, several at once; return how many ended well."""
    done: list[int] = []
    row = SimpleQueue[int]()
    for turn in range(most):
        row.put(turn)

    def hand() -> None:
        with suppress(Empty):
            while True:
                row.get_nowait()
                done.append(jobs.deliver(1))

    threads = [Thread(target=hand, daemon=True) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)


def left() -> int:
    """How many mails a worker has still to do."""
    with reading(Role.WORKER) as session:
        undone = OutboxDelivery.state.in_([outbox.DeliveryState.WAITING, outbox.DeliveryState.LEASED])
        return session.scalar(select(func.count()).where(OutboxDelivery.handler == _TELL, undone)) or 0


def somebody_waits() -> bool:
    """Say whether somebody waits at a gate."""
    with reading(Role.MIGRATE) as session:
        return bool(session.scalar(text(_WAITS)))
