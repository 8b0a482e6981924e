"""The desk: where staff work. Every view is refused that is not marked with a permission or as public."""

from flask import Blueprint, Flask

from oms.channels import views as channels
from oms.desk import pages
from oms.desk.audit import views as audit
from oms.desk.changes import views as changes
from oms.desk.changes.many import views as many
from oms.desk.home import views as home
from oms.desk.orders import views as orders
from oms.desk.orders.noting import views as noting
from oms.desk.outbox import views as outbox
from oms.desk.search import views as search
from oms.desk.settings import views as settings_page
from oms.desk.stock import views as stock
from oms.finance import views as money
from oms.fulfillment import views as shipments
from oms.fulfillment.packing import views as packing
from oms.fulfillment.picking import views as picking
from oms.fulfillment.printing import views as printing
from oms.fulfillment.printing.many import views as labels
from oms.insights import views as replenish
from oms.kernel.config import Settings
from oms.privacy import views as privacy
from oms.privacy.asking import views as asking
from oms.privacy.breaches import views as breaches
from oms.privacy.evidence import views as evidence
from oms.privacy.exports import views as exports
from oms.privacy.locking import views as locking
from oms.privacy.minors import views as minors
from oms.privacy.moving import views as moving
from oms.privacy.notice import views as notice
from oms.privacy.official import views as official
from oms.privacy.places import views as places
from oms.privacy.watching import views as watching
from oms.returns import views as returns
from oms.risk import views as risk
from oms.staff import views as staff
from oms.staff.entry import views as entry
from oms.web import security, setup
from oms.web.frame import Frame
from oms.web.mounting import DESK_ROOT
from oms.web.session_rows import DESK
from oms.web.setup import Face

SHOP_NAME = "Counterfoil"
# A packer with a scanner sends much.
POSTS_PER_MINUTE = 600
# Each feature's `views.py: blueprint`, nested in the `oms` blueprint.
BLUEPRINTS: tuple[Blueprint, ...] = (
    entry.blueprint,
    home.blueprint,
    orders.blueprint,
    changes.blueprint,
    many.blueprint,
    noting.blueprint,
    search.blueprint,
    stock.blueprint,
    replenish.blueprint,
    returns.blueprint,
    risk.blueprint,
    channels.blueprint,
    money.blueprint,
    outbox.blueprint,
    audit.blueprint,
    asking.blueprint,
    locking.blueprint,
    notice.blueprint,
    places.blueprint,
    evidence.blueprint,
    watching.blueprint,
    breaches.blueprint,
    moving.blueprint,
    exports.blueprint,
    minors.blueprint,
    official.blueprint,
    privacy.blueprint,
    settings_page.blueprint,
    staff.blueprint,
    picking.blueprint,
    packing.blueprint,
    printing.blueprint,
    labels.blueprint,
    shipments.blueprint,
)


def create_desk(settings: Settings) -> Flask:
    """Return the desk's application, to be mounted at `/oms`, over configured databases."""
    frame = Frame(
        SHOP_NAME, settings.public_url.rstrip("/"), DESK_ROOT, "oms.entry.sign_in", has_markets=False
    )
    app = setup.base_app(Face("desk", DESK, frame, POSTS_PER_MINUTE, entry.load_person), settings)
    app.before_request(security.guard_desk)
    app.before_request(entry.note_use)
    pages.install(app)
    desk = Blueprint("oms", __name__)
    for blueprint in BLUEPRINTS:
        desk.register_blueprint(blueprint)
    app.register_blueprint(desk)
    return app
