"""A shop in which every address has something to show: one order in each room, one request of each sort."""

import io
from dataclasses import dataclass, replace
from datetime import timedelta

from flask.testing import FlaskClient
from pypdf import PdfWriter
from sqlalchemy import select

from oms.catalog.models import Category, Collection, MarketText
from oms.channels import actions as channels
from oms.channels.actions import Allowing, Offering
from oms.channels.models import ChannelOrder
from oms.channels.states import Channel as Marketplace
from oms.channels.states import Scope, SoldState
from oms.desk.changes.many import actions as many
from oms.desk.changes.many.states import Deed
from oms.fulfillment import queries as parts
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.picking import actions as picking
from oms.kernel import clock, ids, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.asking import actions as asking
from oms.privacy.asking.actions import Asked
from oms.privacy.breaches import actions as breaches
from oms.privacy.breaches.queries import Extent
from oms.privacy.breaches.states import Leak
from oms.privacy.clocks import calendar
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.evidence import actions as evidence
from oms.privacy.exports import actions as exports
from oms.privacy.exports.actions import Wanted as List
from oms.privacy.exports.states import ExportKind
from oms.privacy.minors import actions as minors
from oms.privacy.minors.actions import Suspicion
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import Signal
from oms.privacy.models import NoticeVersion, PrivacyRequest
from oms.privacy.moving import actions as moving
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.moving.queries import stop_token
from oms.privacy.notice import actions as notice
from oms.privacy.official import actions as official
from oms.privacy.official.states import Instrument
from oms.privacy.states import Channel, RequestKind, Source, Way
from oms.privacy.wishes.queries import token_of
from oms.returns import actions as returns
from oms.returns.actions import Declaration
from oms.returns.personal import WithdrawalStatement
from oms.risk import actions as risk
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import Signals, assess
from oms.signins import actions as signins
from oms.signins.queries import Visit, word_of
from oms.signins.states import How
from oms.staff.states import StaffRole
from oms.web.markets import Place
from tests.forgetting import GRACE, delivered, paid
from tests.make import Shop
from tests.people import Mailbox, Office, Visitor, seated

_LETTER = "00000000000000000001-" + "a" * 32
_MAIL = b"From: shop@shop.test\r\nTo: ada@shop.test\r\nSubject: Your order\r\n\r\nWords.\r\n"


@dataclass(frozen=True)
class Busy:
    """Where each endpoint with a name in its address can be opened, and the sessions of two people."""

    store: dict[str, str]
    desk: dict[str, str]
    buyer: str
    owner: str


def fill(small: Shop, store: FlaskClient, desk: FlaskClient, settings: Settings) -> Busy:
    """Fill a small shop; its buyer has an account and a cart, its owner is signed in at the desk."""
    _put_up(settings)
    order, arrived = paid({small.pencil: 2}), delivered({small.pencil: 1})
    shopper = _sign_up(store)
    with reading() as session:
        version = session.scalars(select(NoticeVersion.version)).one()
    asked = shopper.send("/your-data/ask", email="ada@shop.test", kind="access", words="")
    assert asked.status_code in {200, 303}
    copied = shopper.send("/your-data/copy", page="/your-data/").headers["Location"]
    return Busy(
        {
            **_of_order(order.number),
            "withdrawing.own": f"/orders/{arrived.number}/withdraw",
            "asking.proof": f"/your-data/requests/{_request(arrived).ref}/prove",
            "erasure.request_page": f"/your-data/requests/{_erased(small).ref}",
            "catalog.category": "/categories/clocks",
            "catalog.collection": "/collections/gifts",
            "catalog.product": "/products/retro-clock",
            "conventions.sitemap_part": "/sitemap-1.xml",
            "copies.copy": copied,
            "dev.mail": f"/dev/mail/{_LETTER}",
            "legal.text": "/legal/imprint",
            "minors.child": f"/your-data/child/{_child(small).ref}",
            "moving.confirm": _ask_to_move(shopper, arrived),
            "moving.stop": f"/orders/locked-out/stop/{stop_token(_move(arrived).unit, settings.secret_key)}",
            "notice.certificate": f"/privacy/certificates/{certified()}.pdf",
            "notice.changes": f"/privacy/versions/{version}/changes",
            "notice.version": f"/privacy/versions/{version}",
            "owning.ask": f"/account/not-me/{_arrived(settings)}",
            "unsubscribe.unsubscribe": f"/unsubscribe/{_stop(order, settings)}",
        },
        _of_desk(small, order),
        _token(store, "store"),
        _sign_in(desk),
    )


def _put_up(settings: Settings) -> None:
    """Shelves, an imprint, the notice, and a letter of the local sink."""
    with transaction() as session:
        session.add(Category(slug="clocks", names={"en": "Clocks"}))
        session.add(Collection(slug="gifts", names={"en": "Gifts"}))
        session.add(MarketText(market_code="eu", topic="imprint", language="en", title="Imprint"))
        notice.keep_version(session)
    folder = settings.state_dir / "mail"
    folder.mkdir(exist_ok=True)
    (folder / f"{_LETTER}.eml").write_bytes(_MAIL)


def pdf() -> bytes:
    """Return a paper of one empty page."""
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(made)
    return made.getvalue()


def certified() -> int:
    """Bring a certificate that holds today; return its number."""
    today = calendar.today()
    given = evidence.Given("ISO 27001", "An auditor", today, today, pdf())
    with transaction() as session:
        return evidence.add(session, given, by=SYSTEM).id


def _of_order(number: str) -> dict[str, str]:
    return {
        "orders.order": f"/orders/{number}",
        "changing.cancel": f"/orders/{number}/cancel",
        "changing.correct": f"/orders/{number}/correct",
    }


def _sign_up(client: FlaskClient) -> Visitor:
    shopper = Visitor(client)
    shopper.send("/account/sign-in", email="ada@shop.test")
    assert shopper.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    client.post(
        "/cart/lines", data={"sku": "RETRO-CLOCK", "quantity": "1"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return shopper


def _ask_to_move(shopper: Visitor, order: Order) -> str:
    """Ask for another mailbox and prove it; where the wish is confirmed."""
    typed = {"number": order.number, "postcode": "2311 EZ", "email": "new@shop.test"}
    assert shopper.send("/orders/locked-out", **typed).status_code == 303
    return shopper.send("/account/code", code=Mailbox().mailed()[-1].code).headers["Location"]


def _move(order: Order) -> MailboxMove:
    keys = moving.prepare()
    with transaction() as session:
        claim = MoveClaim(email="new@shop.test", number=order.number, postcode="2311 EZ")
        move = moving.ask(session, claim, Place("eu", "en"), keys)
    with transaction() as session:
        moving.take_up(session, move.unit)
        session.get_one(MailboxMove, move.id).order_id = order.id
    return move


def _request(order: Order) -> PrivacyRequest:
    keys = asking.prepare()
    with transaction() as session:
        return asking.receive(
            session, Asked("ada@shop.test", RequestKind.ACCESS, Source.FORM, "Please."), keys, by=SYSTEM
        )


def _erased(small: Shop) -> PrivacyRequest:
    """Carry a request out for somebody else."""
    order = delivered({small.pencil: 1}, contact=GRACE)
    with transaction() as session:
        request = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    erasure.carry_out(request.id)
    return request


def _arrived(settings: Settings) -> str:
    """Keep a sign-in of a buyer; return the word of its link."""
    with transaction() as session:
        row = signins.arrive(session, "buyer:1", How.CODE, Visit(settings.secret_key, "192.0.2.7", ""))
        return word_of(row.id, settings.secret_key)


def _stop(order: Order, settings: Settings) -> str:
    return token_of(order.unit, Channel.MAIL, settings.secret_key)


def _of_desk(small: Shop, order: Order) -> dict[str, str]:
    walked, boxed, sent, returned = (
        paid({small.pencil: 1}),
        paid({small.pencil: 1}),
        paid({small.pencil: 1}),
        delivered({small.clock: 1}),
    )
    picked = _pick(walked)
    for each in (boxed, sent):
        _finish(_pick(each))
    box, parcel = _part(boxed), _pack(sent)
    with transaction() as session:
        work = many.ask(session, many.preview(session, [order], Deed.HOLD), Deed.HOLD, "A look", by=SYSTEM).id
        now = clock.now()
        breach = breaches.open_breach(
            session, Extent(Leak.TABLE, "orders", now - timedelta(days=1), now), by=SYSTEM
        ).number
    member = Office().employ("kim@shop.test", StaffRole.SERVICE).id
    return {
        **{f"oms.changes.{deed}": f"/orders/{order.number}/{deed}" for deed in ("cancel", "hold", "refund")},
        "oms.orders.order": f"/orders/{order.number}",
        "oms.breaches.breach": f"/privacy/breaches/{breach}",
        "oms.many.work": f"/orders/many/{work}",
        "oms.packing.box": f"/pack/{box}",
        **_channel(),
        "oms.exports.export": f"/privacy/exports/{_list(order)}",
        "oms.official.official": f"/privacy/official/{_official(order)}",
        "oms.minors.case": f"/privacy/minors/{_number(_child(small))}",
        "oms.moving.move": f"/privacy/moves/{_move(returned).number}",
        "oms.picking.walk": f"/pick/{picked}",
        "oms.picking.paper": f"/pick/{picked}/print",
        "oms.printing.label": f"/shipments/{parcel}/label",
        "oms.printing.slip": f"/shipments/{parcel}/slip",
        "oms.privacy.request_page": f"/privacy/{_request(order).number}",
        "oms.replenish.sku": "/replenish/RETRO-CLOCK",
        "oms.risk.doubt": f"/risk/{_doubted(small)}",
        "oms.returns.settle": f"/returns/withdrawals/{_withdraw(returned)}/settle",
        "oms.staff.member": f"/staff/{member}",
        "oms.stock.level": "/stock/RETRO-CLOCK",
        "oms.money.costs": "/money/costs/RETRO-CLOCK",
        "oms.money.sheet": "/money/orders.csv",
    }


def _channel() -> dict[str, str]:
    """Allow an account at a marketplace that sold an order and offers a SKU."""
    until = clock.today() + timedelta(days=30)
    with transaction() as session:
        asked = Allowing("amazon-eu", Marketplace.AMAZON, "eu", "en", frozenset(Scope), until)
        number = channels.allow(session, asked, by=Actor(ActorKind.STAFF, "7")).id
        channels.offer(session, number, Offering("RETRO-CLOCK"), by=SYSTEM)
        told = {"state": SoldState.TO_SEND, "changed_at": clock.now(), "trouble": "Nothing is listed as X1."}
        session.add(ChannelOrder(connection_id=number, ref="305-1", **told))
    return {
        "oms.channels.orders": "/channels/amazon-eu",
        "oms.channels.listings": "/channels/amazon-eu/listings",
    }


def _child(small: Shop) -> MinorCase:
    """Suspect somebody to be a child whose guardian is asked."""
    order, keys = delivered({small.pencil: 1}, contact=OrderContact("kid@shop.test")), minors.prepare()
    with transaction() as session:
        case = minors.suspect(session, Suspicion((order.unit,), Signal.OTHERS), by=SYSTEM)
        if not case.guardian_unit:
            minors.ask_guardian(session, case, "parent@shop.test", keys, by=SYSTEM)
    return case


def _number(case: MinorCase) -> str:
    with reading() as session:
        return session.get_one(PrivacyRequest, case.request_id).number


def _official(order: Order) -> str:
    """Write down what a court asks of an order."""
    asked = official.Asked(Instrument.COURT_ORDER, "Court", (order.number,), ("order.contact.email",), "C 1")
    with transaction() as session:
        return official.write(session, replace(asked, issued_on=clock.today()), by=SYSTEM).number


def _part(order: Order) -> int:
    with reading() as session:
        return parts.parts_of(session, order.id)[0].id


def _list(order: Order) -> str:
    by = Actor(ActorKind.STAFF, "1")
    with transaction() as session:
        return exports.ask(session, List(ExportKind.ADDRESSES, (order.number,), "Recall"), by=by).number


def _pick(order: Order) -> int:
    with transaction() as session:
        part = parts.parts_of(session, order.id)[0]
        return picking.start_list(session, part.warehouse_id, [part.id], by=SYSTEM).id


def _finish(pick_list: int) -> None:
    with transaction() as session:
        picking.take_all(session, pick_list)
        picking.finish_list(session, pick_list)


def _pack(order: Order) -> int:
    part = _part(order)
    with transaction() as session:
        packing.put_in_box(session, part, "CEDAR-PENCIL")
        return packing.close_box(session, part, Box(100, "self", "post"), by=SYSTEM).id


def _doubted(small: Shop) -> str:
    """Let an order wait for a look."""
    order = paid({small.pencil: 1})
    keys = vault.prepare(ids.new_id(), order.unit, DoubtReasons)
    with transaction() as session:
        risk.doubt(session, order.id, assess(Signals(refused=4, ratio=9.0)), keys)
    return order.number


def _withdraw(order: Order) -> int:
    with reading() as session:
        keys = returns.prepare(session, order)
    with transaction() as session:
        declared = Declaration(order.id, WithdrawalStatement("Ada Lind", "ada@shop.test"), keys)
        return returns.withdraw(session, declared, by=SYSTEM).id


def _sign_in(desk: FlaskClient) -> str:
    seated(desk, Office().employ("owner@shop.test", StaffRole.OWNER))
    return _token(desk, "desk")


def _token(client: FlaskClient, name: str) -> str:
    found = client.get_cookie(name)
    assert found is not None
    return found.value
