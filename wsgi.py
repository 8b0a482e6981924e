"""What the server runs: `application` is store and desk, `app` is the store with the commands of `flask`."""

import os
import sys

from oms import cli, worker
from oms.app import create_desk
from oms.kernel.config import load
from oms.kernel.errors import ConfigurationError
from oms.local import attach
from oms.local.demo import commands as demo
from oms.local.errors import LocalError
from oms.web.mounting import mounted
from oms.web.setup import connect
from storefront.app import create_store

try:
    attach.complete(os.environ)
    settings = load(os.environ)
except (ConfigurationError, LocalError) as error:
    sys.exit(str(error))

connect(settings)
worker.equip(settings)
app = create_store(settings)
cli.register(app, worker.outbox, demo.commands)
application = mounted(app, create_desk(settings), settings.desk_host)
