"""Every mapped class and personal declaration in one import: for migrations, register and tests."""

from oms.catalog import models as catalog
from oms.catalog.media import models as media
from oms.catalog.search import models as search
from oms.kernel import audit, egress, inbox, jobs, outbox
from oms.kernel.db import Base
from oms.kernel.vault import models as vault
from oms.web import session_rows

metadata = Base.metadata
MODULES = (audit, egress, inbox, jobs, outbox, vault, catalog, media, search, session_rows)
