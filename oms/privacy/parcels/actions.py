"""Asking about a parcel that somebody else ordered: claimed, proven by its mailbox, compared, carried out."""

from dataclasses import replace

from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.errors import BadInputError, IllegalMoveError, RefusedError
from oms.kernel.vault import Keys
from oms.privacy.asking import actions as asking
from oms.privacy.asking.actions import Asked
from oms.privacy.asking.personal import RequestContact, RequestWords
from oms.privacy.erasure import queries as erasing
from oms.privacy.models import PrivacyRequest, RequestUnit
from oms.privacy.parcels import queries
from oms.privacy.parcels.personal import ParcelClaim
from oms.privacy.states import RequestKind, RequestState, Way

# What can be asked of a parcel by itself. Everything else somebody at the desk answers, in words.
KINDS = frozenset({RequestKind.ACCESS, RequestKind.COPY, RequestKind.ERASURE})
_THEMSELVES = Actor(ActorKind.GUEST, "self")


def claimed(kind: RequestKind, number: str, postcode: str, name: str) -> ParcelClaim | None:
    """Return the claim on a parcel, or None where nothing was typed.

    Raises BadInputError, with the field's name, for half a claim and for what cannot be asked of a parcel.
    """
    typed = {"order_number": number, "postcode": postcode, "parcel_name": name}
    if not any(one.strip() for one in typed.values()):
        return None
    for field, one in typed.items():
        if not ids.plain(one):
            raise BadInputError(
                "For a parcel we need all three: order number, postcode and name.", field=field
            )
    if kind not in KINDS:
        raise BadInputError("Of a parcel you can ask to see the data, or to have it deleted.", field="kind")
    return ParcelClaim(number.strip().upper(), postcode.strip(), name.strip())


def prepare(claim: ParcelClaim | None) -> Keys:
    """Make the keys of a request, and of the claim where there is one; before the transaction."""
    types = (RequestContact, RequestWords, *([ParcelClaim] if claim else []))
    return vault.prepare(ids.new_id(), f"request:{ids.new_id().hex}", *types)


def receive(
    session: Session, asked: Asked, claim: ParcelClaim | None, keys: Keys, *, by: Actor
) -> PrivacyRequest:
    """Write a request, with the claim on a parcel where there is one; what is to be seen comes as a copy."""
    if claim is None:
        return asking.receive(session, asked, keys, by=by)
    kind = RequestKind.COPY if asked.kind is RequestKind.ACCESS else asked.kind
    request = asking.receive(session, replace(asked, kind=kind), keys, by=by)
    vault.seal(session, claim, keys)
    return request


def prove(session: Session, request: PrivacyRequest, units: list[str]) -> None:
    """Take the proof of the mailbox; what was typed is compared after the answer, so that all looks alike.

    Says `privacy.parcel_claimed`. Raises RefusedError without the mailbox, IllegalMoveError the second time.
    """
    if request.state is not RequestState.RECEIVED:
        raise IllegalMoveError("This request is proven already.")
    if request.contact_unit not in units:
        raise RefusedError("Prove the mailbox of this request first.")
    request.way = Way.LATER
    session.add(
        request.become(RequestState.VERIFIED, clock.now(), by=_THEMSELVES, why="the mailbox is theirs")
    )
    audit.record(session, SYSTEM, "privacy.proven", f"request:{request.number}")
    outbox.say(session, "privacy.parcel_claimed", request=request.id)


def compare(session: Session, request: PrivacyRequest) -> None:
    """Compare what was typed with the parcel; go on where it fits, and refuse where it does not."""
    if request.state is not RequestState.VERIFIED or erasing.units_of(session, request.id):
        return
    typed = queries.claim(session, request)
    unit = queries.fitting(session, typed) if typed else None
    if unit is not None:
        order = erasing.order_of(session, queries.whole(unit))
        is_open = order is not None and not erasing.is_finished(order)
        session.add(RequestUnit(request_id=request.id, unit=unit, was_open=is_open))
        asking.know_law(session, request, [queries.whole(unit)])
        session.flush()
    asking.proceed(session, request)
