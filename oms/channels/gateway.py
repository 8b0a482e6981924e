"""The only door to marketplaces: for what somebody allowed, while they allow it; never in a transaction."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from oms.channels import personal  # noqa: F401 - who may be told something
from oms.channels.connectors import amazon, shopify, tiktok
from oms.channels.connectors.wire import Connector
from oms.channels.models import Connection
from oms.channels.states import Channel, Scope
from oms.kernel import db, egress, http
from oms.kernel.config import Settings
from oms.kernel.errors import HeldError, UnavailableError

_CONNECT: Mapping[Channel, Callable[[Mapping[str, str]], Connector]] = {
    Channel.AMAZON: amazon.connect,
    Channel.SHOPIFY: shopify.connect,
    Channel.TIKTOK: tiktok.connect,
}
_clients: dict[str, Connector] = {}


def configure(settings: Settings) -> None:
    """Open the accounts of this process from the settings; each marketplace is reached where they say."""
    _clients.clear()
    for channel, connect in _CONNECT.items():
        accounts = {code: settings.accounts[code] for code in settings.at(channel)}
        addresses = [one[name] for one in accounts.values() for name in ("url", "token_url") if name in one]
        http.declare_hosts(channel, [urlsplit(address).hostname or "" for address in addresses])
        _clients.update({code: connect(account) for code, account in accounts.items()})


def open_for(connection: Connection, scope: Scope) -> Connector:
    """Return the account of a connection, for one scope.

    Raises HeldError where nobody allows that, or not any more; UnavailableError where the settings do not
    know the account; what `egress.require_agreement` raises.
    """
    db.require_none_open("A marketplace")
    if not connection.allows(scope):
        raise HeldError(f"Nobody allows {scope} for {connection.code}: allow it at the desk.")
    egress.require_agreement(connection.channel)
    return of(connection.code)


def of(code: str) -> Connector:
    """Return an account by its code, to read what it signed. Raises UnavailableError for an unknown one."""
    if code not in _clients:
        raise UnavailableError(f"The settings have no account {code}: see CHANNELS.")
    return _clients[code]
