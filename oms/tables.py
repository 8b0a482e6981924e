"""Every mapped class and personal declaration in one import: for migrations, register and tests."""

from oms.catalog import models as catalog
from oms.catalog.media import models as media
from oms.catalog.search import models as search
from oms.kernel import inbox, jobs, outbox
from oms.kernel.db import Base

metadata = Base.metadata
MODULES = (inbox, jobs, outbox, catalog, media, search)
