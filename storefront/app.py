"""The store: the face that shoppers see."""

from flask import Blueprint, Flask

from oms.catalog import queries
from oms.channels.selling import webhooks as channels
from oms.fulfillment.tracking import webhooks as carriers
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.notifications.texting import webhooks as texts
from oms.payments import webhooks as stripe
from oms.web import setup
from oms.web.frame import Frame
from oms.web.markets import Prefixed
from oms.web.pages import PageCache
from oms.web.session_rows import STORE
from oms.web.setup import Face
from oms.web.wsgi import WsgiApp
from storefront.account import entry
from storefront.account import views as account
from storefront.account.owning import views as owning
from storefront.cart import views as cart
from storefront.catalog import views as catalog
from storefront.checkout import views as checkout
from storefront.conventions import views as conventions
from storefront.dev import views as dev
from storefront.dev.pages import declare_stores
from storefront.home import nav
from storefront.home import views as home
from storefront.legal import views as legal
from storefront.orders import changing, withdrawing
from storefront.orders import views as orders
from storefront.orders.moving import views as moving
from storefront.privacy import views as privacy
from storefront.privacy.arrivals import views as arrivals
from storefront.privacy.asking import views as asking
from storefront.privacy.copies import views as copies
from storefront.privacy.erasure import views as erasure
from storefront.privacy.inbox import views as inbox
from storefront.privacy.locking import views as locking
from storefront.privacy.minors import views as minors
from storefront.privacy.notice import views as notice
from storefront.privacy.objecting import views as objecting
from storefront.privacy.seen import views as seen
from storefront.privacy.wishes import views as wishes
from storefront.search import views as search

SHOP_NAME = "Counterfoil"
POSTS_PER_MINUTE = 60
BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    catalog.blueprint,
    search.blueprint,
    cart.blueprint,
    checkout.blueprint,
    orders.blueprint,
    changing.blueprint,
    withdrawing.blueprint,
    moving.blueprint,
    stripe.blueprint,
    carriers.blueprint,
    channels.blueprint,
    texts.blueprint,
    legal.blueprint,
    entry.blueprint,
    owning.blueprint,
    conventions.blueprint,
    privacy.blueprint,
    copies.blueprint,
    arrivals.blueprint,
    erasure.blueprint,
    asking.blueprint,
    notice.blueprint,
    wishes.blueprint,
    locking.blueprint,
    inbox.blueprint,
    minors.blueprint,
    objecting.blueprint,
    seen.blueprint,
)


def create_store(settings: Settings) -> Flask:
    """Return the store's application, complete with every page, over configured databases."""
    frame = Frame(SHOP_NAME, settings.public_url.rstrip("/"), "", "account.sign_in", has_markets=True)

    def inner(app: Flask) -> WsgiApp:
        return Prefixed(PageCache(app.wsgi_app, app, _catalog_version, settings.public_url))

    app = setup.base_app(
        Face("store", STORE, frame, POSTS_PER_MINUTE, account.load_person, inner=inner), settings
    )
    nav.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if not settings.is_production:
        app.register_blueprint(dev.blueprint)
        declare_stores()
    return app


def _catalog_version() -> int:
    with reading() as session:
        return queries.version(session)
