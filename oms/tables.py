"""Every mapped class and personal declaration in one import: for migrations, register and tests."""

from oms.kernel import inbox, jobs, outbox
from oms.kernel.db import Base

metadata = Base.metadata
MODULES = (inbox, jobs, outbox)
