"""The gallery: which drawing belongs to which product."""

from oms.local.demo.drawings import desk, inks, notebooks, papers, pencils, pens, post, screens, stamps
from oms.local.demo.drawings.pen import Drawing, Look, sheet

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


def draw(handle: str, look: Look) -> str:
    """Return the SVG file that shows a product with the chosen values; raises KeyError for one not drawn."""
    drawing = DRAWINGS[handle]
    return sheet(drawing.tile, drawing.strokes(look))
