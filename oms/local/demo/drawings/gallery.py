"""The gallery: which drawing belongs to which product."""

from oms.local.demo.drawings import desk, inks, notebooks, papers, pencils, pens, post, screens, stamps
from oms.local.demo.drawings.opened import OPENED
from oms.local.demo.drawings.pen import Closer, Drawing, Look, sheet
from oms.local.demo.drawings.tried import TRIED

DRAWINGS: dict[str, Drawing] = {
    **notebooks.DRAWINGS,
    **inks.DRAWINGS,
    **pens.DRAWINGS,
    **pencils.DRAWINGS,
    **papers.DRAWINGS,
    **post.DRAWINGS,
    **stamps.DRAWINGS,
    **desk.DRAWINGS,
    **screens.DRAWINGS,
}
CLOSER: dict[str, Closer] = {**OPENED, **TRIED}


def draw(handle: str, look: Look) -> str:
    """Return the SVG file that shows a product with the chosen values; raises KeyError for one not drawn."""
    drawing = DRAWINGS[handle]
    return sheet(drawing.tile, drawing.strokes(look))


def draw_closer(handle: str, look: Look) -> str:
    """Return the SVG file of a closer look at a product; raises KeyError where there is none."""
    closer = CLOSER[handle]
    return sheet(closer.tile, closer.strokes(look))
