"""Printing the labels of many boxes in one go, each opened in a transaction of its own and on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from oms.fulfillment.printing import actions as printing
from oms.fulfillment.printing import paper
from oms.fulfillment.printing.many.queries import Boxed
from oms.fulfillment.states import LabelState
from oms.kernel.audit import Actor
from oms.kernel.db import transaction
from oms.kernel.errors import CounterfoilError, IllegalMoveError


@dataclass(frozen=True, slots=True)
class Printed:
    """One PDF of what could be printed, and (order number, why) of what could not."""

    pdf: bytes = field(repr=False)
    left_out: tuple[tuple[str, str], ...]


def print_labels(boxes: Sequence[Boxed], words: tuple[str, str], *, by: Actor) -> Printed:
    """Open the labels that are ready, in the order given; `words` say from and to on our own ones.

    A label that is gone or closed meanwhile is named on a last page. Raises IllegalMoveError for none at all.
    """
    sheets, left_out = [], []
    for box in boxes:
        if not box.is_ready:
            continue
        try:
            sheets.append(_label(box, words, by))
        except CounterfoilError as error:
            left_out.append((box.number, error.message))
    if not sheets:
        raise IllegalMoveError("None of these boxes has a label to print.")
    if left_out:
        sheets.append(paper.list_pdf([f"{number}: {why}" for number, why in left_out]))
    return Printed(paper.joined(sheets), tuple(left_out))


def _label(box: Boxed, words: tuple[str, str], by: Actor) -> bytes:
    if box.shipment_id is None or box.parcel_id is None:
        raise IllegalMoveError("This parcel has no label to print.")
    with transaction() as session:
        if box.label is LabelState.NONE:
            return paper.label_pdf(printing.address_label(session, box.shipment_id, by=by), words)
        return paper.checked(printing.carrier_label(session, box.parcel_id, by=by))
