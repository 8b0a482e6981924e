"""Requests beyond one transaction: the file of a copy is made, mailboxes of the answered are let go of."""

from sqlalchemy import select

from oms.kernel import vault
from oms.kernel.db import reading, transaction
from oms.privacy.asking import actions, queries
from oms.privacy.copies import actions as copies
from oms.privacy.copies import queries as copied
from oms.privacy.copies.actions import Wanted
from oms.privacy.copies.states import UNDER_WAY
from oms.privacy.erasure import queries as erasing
from oms.privacy.models import PrivacyRequest
from oms.privacy.parcels import queries as parcels
from oms.privacy.states import RequestKind, RequestState


def make_copy(request_id: int) -> None:
    """Go on with a proven request for a copy: have the file made, or answer once it is there.

    Safe to repeat. What was given up meanwhile is destroyed; nothing is made while a refusal is reviewed.
    Opens transactions of its own: never call it inside one.
    """
    copies.sweep_given_up()
    keys = copies.prepare()
    with transaction() as session:
        request = session.get_one(PrivacyRequest, request_id, with_for_update=True)
        refusal = queries.refusal(session, request_id)
        if request.state is not RequestState.IN_PROGRESS or (refusal and refusal.is_pending):
            return
        made = copied.newest_of_request(session, request_id)
        if made is not None:
            if made.state not in UNDER_WAY:
                actions.end_copy(session, request, has_file=True)
            return
        units = tuple(row.unit for row in erasing.units_of(session, request_id))
        if not any(parcels.ends(unit) for unit in units):
            actions.end_copy(session, request, has_file=False)
            return
        email = queries.mailbox(session, request)
        copies.ask(session, Wanted(units, request.market, request.language, request_id, email), keys)


def make_copies() -> None:
    """Go on with every request for a copy, where a message was lost or three days went by unbuilt.

    What was made for one that ended meanwhile is destroyed.
    """
    copies.sweep_given_up()
    proven = (PrivacyRequest.kind == RequestKind.COPY, PrivacyRequest.state == RequestState.IN_PROGRESS)
    with reading() as session:
        found = list(session.scalars(select(PrivacyRequest.id).where(*proven)))
    for request_id in found:
        make_copy(request_id)


def sweep_mailboxes() -> int:
    """Let go of the mailboxes of requests that ended days ago; return of how many.

    Opens transactions of its own: never call it inside one.
    """
    with transaction() as session:
        found = queries.finished_with_mailbox(session)
        units = [request.contact_unit for request in found]
    for unit in units:
        vault.destroy_unit(unit)
    with transaction() as session:
        for request in queries.finished_with_mailbox(session):
            request.contact_unit = ""
    return len(units)
