"""What happens by itself about parcels of others: the claim is compared, and what it asks for is done."""

from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message
from oms.privacy.erasure import actions as erasure
from oms.privacy.models import PrivacyRequest
from oms.privacy.parcels import actions
from oms.privacy.states import RequestKind


@jobs.on("privacy.parcel_claimed", role=Role.WORKER)
def compare(message: Message) -> None:
    """Compare a claim with its parcel; a deletion is then carried out, now or once it has arrived."""
    with transaction() as session:
        request = session.get_one(PrivacyRequest, message.number("request"), with_for_update=True)
        actions.compare(session, request)
        is_erasure = request.kind is RequestKind.ERASURE
    if is_erasure:
        erasure.carry_out(message.number("request"))
