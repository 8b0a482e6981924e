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
from oms.notifications import handlers as notifications
from oms.notifications.asking import handlers as asking_mails
from oms.notifications.breaches import handlers as breach_mails
from oms.notifications.certificates import handlers as certificates
from oms.notifications.closing import handlers as closing_mails
from oms.notifications.copies import handlers as copy_mails
from oms.orders import handlers as orders
from oms.payments import gateway
from oms.privacy import handlers as privacy
from oms.privacy.copies import handlers as copies
from oms.shipping import gateway as carriers
from oms.web.mounting import mounted
from oms.web.setup import connect
from storefront.app import create_store

try:
    attach.complete(os.environ)
    settings = load(os.environ)
except (ConfigurationError, LocalError) as error:
    sys.exit(str(error))

connect(settings)
gateway.configure(settings)
carriers.configure(settings)
orders.configure(settings)
notifications.configure(settings)
certificates.configure(settings)
copies.configure(settings)
copy_mails.configure(settings)
closing_mails.configure(settings)
asking_mails.configure(settings)
breach_mails.configure(settings)
privacy.configure(settings)
app = create_store(settings)
cli.register(app, worker.outbox, demo.commands)
application = mounted(app, create_desk(settings), settings.desk_host)
