"""What must hold of doubtful orders: somebody looks, and cards are not being tried here now."""

from datetime import timedelta

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.risk import queries
from oms.web.doctor import Health, check


@check("Doubtful orders that nobody looked at for a day", "Look at them at the desk, under Doubtful orders.")
def _unlooked() -> tuple[str, Health]:
    with reading(Role.BLIND) as session:
        late = queries.unlooked(session, clock.now() - timedelta(days=1))
    return str(late), Health.ILL if late else Health.WELL


@check(
    "Cards being tried at the checkout within the hour",
    "See Stripe's dashboard: ask for the code of the card, or block the country or the cards' range.",
)
def _tried() -> tuple[str, Health]:
    with reading(Role.BLIND) as session:
        found = queries.newest_alert(session, clock.now() - queries.HOUR)
    if found is None:
        return "0", Health.WELL
    return f"{found.refused} refused, {found.paid} paid", Health.ILL
