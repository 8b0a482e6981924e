"""Where data lies is one list for deployment and notice; nothing goes where it may not (000-19, 000-21)."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from oms.backups import actions as backups
from oms.kernel import clock, egress, jobs, places
from oms.kernel.audit.entries import AuditEntry
from oms.kernel.config import AppEnv, Settings
from oms.kernel.db import reading, transaction
from oms.kernel.egress import RECIPIENTS
from oms.kernel.errors import ConfigurationError
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.kernel.places import STORES, TransferRefusedError
from oms.orders.models import Order
from oms.privacy import checks
from oms.privacy.notice import queries as notice
from oms.privacy.places import queries
from oms.staff.states import StaffRole
from oms.web.doctor import CHECKS, Health
from tests import make
from tests.fakes import Party
from tests.make import Shop
from tests.oms.fulfillment.conftest import House, house
from tests.people import Mailbox, Visitor, words
from tests.privacy.test_exposure import employed
from tests.storefront.checkout.test_checkout import add

assert checks is not None
assert house is not None
DOCTOR = "Where data lies"
# Days from the one on which a test runs; tests are collected before, perhaps before a midnight.
TODAY, SOON, LATER, OVER = "{today}", "{soon}", "{later}", "{over}"
DAYS = {"today": 0, "soon": 20, "later": 200, "over": -1}
# Each setting that leads to a store or a recipient, and what PLACES calls that; others lead nowhere.
LEADING = {
    "database_url": "database",
    "keyring_url": "keyring",
    "redis_url": "queue",
    "tombstones": "tombstones",
    "backup_data": "backups of the data",
    "backup_keyring": "backups of the keyring",
    "state_dir": "files",
    "stripe_api_base": "stripe",
    "smtp_url": "mail service",
    "carrier_url": "carrier",
    "sms_url": "text service",
}
# In STATE_DIR, or where the process writes, without an address of their own.
BESIDE = {"audit anchors", "logs"}
OUR_OWN = {"public_url"}
# Told in the notice only where the merchant has set them up.
MAY_BE_OFF = {"text service"}
SETTINGS: dict[str, object] = {one.name: one.type for one in fields(Settings)}


def dated(told: str) -> str:
    """Return words with the days in them, counted from today."""
    today = clock.today()
    return told.format(**{name: today + timedelta(days=days) for name, days in DAYS.items()})


@pytest.fixture
def lying(settings: Settings) -> Iterator[Callable[..., None]]:
    """Give `lying("stripe=Stripe/US")`, which says where data lies; in the end it is this machine again."""

    def say(told: str, env: AppEnv = AppEnv.DEVELOPMENT) -> None:
        places.configure(replace(settings, app_env=env, places=dated(told)))

    yield say
    say("")


def refusals(name: str) -> int:
    jobs.drain()
    with reading() as session:
        told = select(func.count()).where(AuditEntry.verb == "transfer.refuse", AuditEntry.about == name)
        return session.scalar(told) or 0


def leads(settings: dict[str, object]) -> set[str]:
    """Return the settings that are an address or a folder, by their names and types."""
    return {name for name, kind in settings.items() if kind is Path or name.endswith(("_url", "_api_base"))}


def test_deployment_notice_and_desk_are_one_list(
    small: Shop, store: FlaskClient, lying: Callable[..., None], measured: Callable[..., None]
) -> None:
    all_of_them = [*STORES, *RECIPIENTS]
    lying("; ".join(f"{name}=Hoster {n}/NL" for n, name in enumerate(all_of_them)))
    told = notice.content()
    noted = {one["name"]: one["provider"] for part in ("stores", "recipients") for one in told[part]}
    deployed = set(LEADING.values()) | BESIDE
    page = words(Visitor(store).get("/privacy"))

    assert leads(SETTINGS) - OUR_OWN == set(LEADING)
    assert deployed - MAY_BE_OFF <= set(noted)
    assert set(noted) - deployed <= set(RECIPIENTS)
    assert noted == {name: f"Hoster {n}" for n, name in enumerate(all_of_them) if name in noted}
    assert set(queries.everywhere()) >= set(noted)
    shown = [name for n, name in enumerate(all_of_them) if f"Hoster {n}, Netherlands" in page]
    assert set(shown) == set(noted)
    measured(
        "B41", f"{len(noted)} stores and recipients: deployment = notice", passed=set(shown) == set(noted)
    )


def test_a_store_that_is_planted_in_the_settings_is_missed() -> None:
    assert leads({**SETTINGS, "archive_url": str}) - OUR_OWN - set(LEADING) == {"archive_url"}
    assert leads({**SETTINGS, "scans": Path}) - OUR_OWN - set(LEADING) == {"scans"}


REFUSED = {
    "without a mechanism": "stripe=Stripe/IE+US",
    "overdue": f"stripe=Stripe/US/scc/{OVER}",
    "no adequacy decision": f"stripe=Stripe/CN/adequacy/{LATER}",
    "one of two without a decision": f"stripe=Stripe/US+IN/adequacy/{LATER}",
    "China without its review": "stripe=Stripe/CN",
}
LET_THROUGH = [
    "stripe=Stripe/IE",
    f"stripe=Stripe/IE+US/adequacy/{LATER}",
    f"stripe=Stripe/US/scc/{SOON}",
    f"stripe=Stripe/CN/contract/{TODAY}",
    f"stripe=Stripe/IN/consent/{LATER}",
    "",
]


@pytest.mark.parametrize("told", REFUSED.values(), ids=REFUSED)
def test_nothing_new_goes_where_it_may_not(
    small: Shop, lying: Callable[..., None], told: str, measured: Callable[..., None]
) -> None:
    lying(told)
    with pytest.raises(TransferRefusedError, match="stripe: data may not go there now"):
        make.order({small.clock: 1})
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0
        assert egress.disclosed(session, unit="order:1") == []
    assert refusals("place:stripe") == 1
    assert CHECKS[DOCTOR].look()[1] is Health.ILL
    measured("B41", f"{told}: 1 of 1 refused", passed=True)


@pytest.mark.parametrize("told", LET_THROUGH)
def test_what_may_go_goes(small: Shop, lying: Callable[..., None], told: str) -> None:
    lying(told)
    assert make.order({small.clock: 1}).order.number
    assert refusals("place:stripe") == 0
    assert CHECKS[DOCTOR].look()[1] is (Health.NOTE if SOON in told or TODAY in told else Health.WELL)


def test_production_must_name_every_store_and_tells_no_unnamed_recipient(
    small: Shop, lying: Callable[..., None]
) -> None:
    stores = "; ".join(f"{name}=Hoster/NL" for name in STORES)
    with pytest.raises(ConfigurationError, match="where these lie: keyring, queue"):
        lying("database=Hoster/NL", AppEnv.PRODUCTION)
    lying(stores, AppEnv.PRODUCTION)
    assert CHECKS[DOCTOR].look()[0].endswith("stripe: PLACES does not say where it is")
    with pytest.raises(TransferRefusedError, match="PLACES does not say where it is"):
        make.order({small.clock: 1})
    lying(f"{stores}; stripe=Stripe/IE", AppEnv.PRODUCTION)
    assert make.order({small.clock: 1}).order.number


@pytest.mark.parametrize(
    "told", ["stripe", "stripe=X/us", "a=b/NL; a=c/NL", "a=b/US/wish/2027-01-01", "a=b/US/scc/2027-13-01"]
)
def test_what_cannot_be_read_is_said(lying: Callable[..., None], told: str) -> None:
    with pytest.raises(ConfigurationError, match="PLACES cannot be read at"):
        lying(told)


def test_a_store_whose_assessment_is_overdue_takes_nobody_new_and_rights_go_on(
    small: Shop, lying: Callable[..., None], settings: Settings, tmp_path: Path
) -> None:
    make.order({small.clock: 1})
    lying(f"database=Hoster/US/scc/{OVER}; backups of the data=Hoster/US")
    with pytest.raises(TransferRefusedError, match="database"):
        make.order({small.clock: 1})
    sealed = replace(settings, backup_key=base64.b64decode(base64.b64encode(bytes(range(32)))))
    with pytest.raises(TransferRefusedError, match="backups of the data"):
        backups.create(sealed, tmp_path / "data", tmp_path / "keyring")
    assert not (tmp_path / "data").exists()
    proof = Mailbox().prove("ada@shop.test")
    assert proof.email == "ada@shop.test"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1


def waiting() -> list[tuple[DeliveryState, str]]:
    with reading() as session:
        held = select(OutboxDelivery.state, OutboxDelivery.error).where(OutboxDelivery.error != "")
        return [(row.state, row.error) for row in session.execute(held)]


def test_a_mail_waits_for_its_place_and_goes_when_that_is_settled(
    house: House, sink: Path, lying: Callable[..., None]
) -> None:
    lying(f"mail service=Post/US/scc/{OVER}")
    house.buy({house.shop.clock: 1})
    assert list(sink.glob("*.eml")) == []
    [(state, error)] = waiting()
    assert state is DeliveryState.WAITING
    assert error.startswith("TransferRefusedError: mail service: data may not go there now (assessment due")
    with reading() as session:
        assert queries.waiting(session, "mail service") == 1
    with transaction() as session:
        session.execute(
            OutboxDelivery.__table__.update().values(tried_since=clock.now() - timedelta(days=300))
        )
        make.due_now(session)
    jobs.drain()
    assert [state for state, _ in waiting()] == [DeliveryState.WAITING]
    lying(f"mail service=Post/US/scc/{LATER}")
    with transaction() as session:
        make.due_now(session)
    jobs.drain()
    assert len(list(sink.glob("*.eml"))) == 1
    assert waiting() == []


def test_a_label_waits_and_its_parcel_says_why(
    house: House, carrier: Party, lying: Callable[..., None]
) -> None:
    order = house.buy({house.shop.clock: 1})
    lying("carrier=Carrier/US")
    house.pack(order)
    assert carrier.get("ledger")["labels"] == []
    assert refusals("place:carrier") == 1


def test_the_checkout_says_where_data_goes_before_it_is_sent(
    small: Shop, store: FlaskClient, lying: Callable[..., None]
) -> None:
    add(store)
    assert "What you give here also goes to" not in words(store.get("/checkout"))
    lying(f"stripe=Stripe/IE+US/adequacy/{LATER}; database=Hoster/DE")
    assert "What you give here also goes to: United States. What protects it there" in words(
        store.get("/checkout")
    )
    assert places.abroad("JP", ["stripe"]) == ["DE", "IE", "US"]
    assert places.abroad("NL", []) == []


def test_the_desk_shows_every_place_and_what_waits(
    small: Shop, desk: FlaskClient, lying: Callable[..., None]
) -> None:
    make.order({small.clock: 1})
    lying(f"database=Hoster/DE; stripe=Stripe/US/adequacy/{SOON}; mail service=Post/US/scc/{OVER}")
    jobs.drain()
    page = words(employed(desk, StaffRole.PRIVACY)[1].get("/privacy/places"))
    assert "Database Hoster Germany inside the EEA in use" in page
    assert "assessment due soon" in page
    assert dated(f"held back: assessment due since {OVER}. Waiting: 0") in page
