"""What must hold of delivery: every way that is offered can be sent."""

from sqlalchemy import select

from oms.kernel.db import Role, reading
from oms.shipping.carriers.known import CARRIERS
from oms.shipping.models import ShippingMethod
from oms.web.doctor import Health, check, none_of

none_of(
    "Markets without any way of delivery",
    "Add a shipping method for the market: nothing can be ordered there that is sent.",
    """
    SELECT count(*) FROM markets m WHERE NOT EXISTS (
        SELECT 1 FROM shipping_methods s WHERE s.market_code = m.code AND s.is_active
    )
    """,
)


@check(
    "Ways of delivery whose carrier or phone rule is wrong",
    "Add the method again: carrier, service and phone rule are checked then.",
)
def _methods() -> tuple[str, Health]:
    with reading(Role.BLIND) as session:
        methods = session.scalars(select(ShippingMethod).where(ShippingMethod.is_active)).all()
    wrong = [method.code for method in methods if not _can_be_sent(method)]
    return ", ".join(wrong) or f"0 of {len(methods)}", Health.ILL if wrong else Health.WELL


def _can_be_sent(method: ShippingMethod) -> bool:
    carrier = CARRIERS.get(method.carrier)
    service = carrier.service(method.service) if carrier else None
    return (
        service is not None
        and service.needs_phone == method.needs_phone
        and (service.code == "pickup") == method.is_pickup
    )
