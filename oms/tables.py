"""Every mapped class and personal declaration in one import: for migrations, register and tests."""

from oms.buyers import models as buyers
from oms.buyers import personal as buyers_personal
from oms.carts import models as carts
from oms.catalog import models as catalog
from oms.catalog.media import models as media
from oms.catalog.search import models as search
from oms.channels import models as channels
from oms.channels import personal as channels_personal
from oms.desk.changes.many import models as bulk
from oms.finance import models as finance
from oms.fulfillment import models as fulfillment
from oms.fulfillment import personal as fulfillment_personal
from oms.insights import models as insights
from oms.inventory import models as inventory
from oms.kernel import audit, egress, inbox, jobs, outbox
from oms.kernel.db import Base
from oms.kernel.vault import models as vault
from oms.notifications import models as notifications
from oms.notifications import personal as notifications_personal
from oms.notifications.inbox import models as inbox_letters
from oms.notifications.inbox import personal as inbox_personal
from oms.notifications.texting import models as texting
from oms.notifications.texting import personal as texting_personal
from oms.orders import models as orders
from oms.orders import personal as orders_personal
from oms.payments import models as payments
from oms.pricing import models as pricing
from oms.privacy import models as privacy
from oms.privacy import personal as privacy_personal
from oms.privacy.arrivals import models as arrivals
from oms.privacy.arrivals import personal as arrivals_personal
from oms.privacy.asking import models as asking
from oms.privacy.asking import personal as asking_personal
from oms.privacy.breaches import models as breaches
from oms.privacy.closing import models as closing
from oms.privacy.copies import models as copies
from oms.privacy.copies import personal as copies_personal
from oms.privacy.evidence import models as evidence
from oms.privacy.exports import models as exports
from oms.privacy.exports import personal as exports_personal
from oms.privacy.locking import models as locking
from oms.privacy.minors import models as minors
from oms.privacy.minors import personal as minors_personal
from oms.privacy.moving import models as moving
from oms.privacy.moving import personal as moving_personal
from oms.privacy.official import models as official
from oms.privacy.parcels import personal as parcels_personal
from oms.privacy.watching import models as watching
from oms.privacy.wishes import models as wishes
from oms.returns import models as returns
from oms.returns import personal as returns_personal
from oms.risk import models as risk
from oms.risk import personal as risk_personal
from oms.shipping import models as shipping
from oms.signins import models as signins
from oms.staff import models as staff
from oms.staff import personal as staff_personal
from oms.web import budgets, session_rows

metadata = Base.metadata
MODULES = (
    *(audit, egress, inbox, jobs, outbox, vault),
    *(budgets, session_rows, signins),
    *(catalog, media, search),
    *(buyers, buyers_personal, staff, staff_personal),
    *(inventory, shipping, pricing, payments, carts),
    *(orders, orders_personal, fulfillment, fulfillment_personal),
    *(returns, returns_personal, risk, risk_personal),
    *(notifications, notifications_personal, privacy, privacy_personal),
    *(copies, copies_personal, asking, asking_personal, arrivals, arrivals_personal, closing),
    *(locking, watching, wishes, inbox_letters, inbox_personal),
    *(breaches, evidence),
    *(moving, moving_personal, exports, exports_personal),
    *(minors, minors_personal, official, parcels_personal),
    *(texting, texting_personal),
    *(bulk, insights, finance),
    *(channels, channels_personal),
)
