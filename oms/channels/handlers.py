"""All that channels do by themselves, and where marketplaces are reached."""

from oms.channels import gateway
from oms.channels.addresses import handlers as addresses
from oms.channels.listing import handlers as listing
from oms.channels.parcels import handlers as parcels
from oms.channels.selling import handlers as selling

PARTS = (selling, addresses, parcels, listing)
configure = gateway.configure
