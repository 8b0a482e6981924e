"""How it writes: inks on a card, points on a page, pencils in a row. These pictures bleed off the tile."""

from oms.local.demo.drawings.pen import (
    Closer,
    Look,
    box,
    cast,
    disk,
    form,
    grow,
    move,
    ring,
    rules,
    trace,
    turn,
)
from oms.local.demo.drawings.pens import NIBS, WIDTHS, nib

SWASH = "c26-58 62-58 38 0s-10 30 12 22" * 3 + "c20-8 30-30 60-26"
DAY = ("harbor", "leaf", "ochre", "brick", "rose", "teal")
DUSK = ("blue", "plum", "oxblood", "graphite", "sepia", "lilac")
COLORS = [
    "vermilion",
    "brick",
    "amber",
    "ochre",
    "leaf",
    "moss",
    "teal",
    "harbor",
    "blue",
    "lilac",
    "plum",
    "sepia",
]


def _patch(x: float, y: float, ink: str) -> str:
    """Return a brushed patch of ink, 150 by 84, darker where it pooled."""
    wet = form(f"M{x:g} {y:g}q40-12 76-2t74 0q8 40-2 78q-40 14-74 2t-76 4q-10-40 2-82z", ink)
    pool = form(f"M{x + 92:g} {y + 46:g}q30-14 56-4q4 20 0 34q-34 12-60 0q-8-14 4-30z", f"{ink}1")
    return wet + pool + trace(f"M{x + 12:g} {y + 16:g}q30-8 60-2", f"{ink}0", 5)


def _card(inside: str, paper: str = "paper") -> str:
    """Return a card of that paper, leaned and cut by the edge, with what was tried on it."""
    card = box(70, 76, (330, 470), paper, 4)
    return move(-32, -8, turn(8, cast(card, 13) + card + inside))


def swatch(look: Look) -> str:
    """Draw a card on which the ink was tried: a patch, a line, a hatching, drops."""
    ink = look.paint("color", "blue")
    written = trace(f"M104 286{SWASH}", ink, 4.5)
    hatch = "".join(f"M{104 + n * 13} 352l38 58m0-58l-38 58" for n in range(8))
    drops = disk(286, 372, 22, ink) + disk(338, 366, 14, ink)
    drops += disk(322, 404, 8, f"{ink}1") + disk(279, 366, 6, f"{ink}0")
    patches = _patch(104, 120, ink) + box(282, 120, (90, 84), f"{ink}0", 2)
    return _card(patches + written + trace(hatch, ink, 2.2) + drops, "carbon" if ink == "paper" else "paper")


def gall_swatch(look: Look) -> str:
    """Draw the same line three times: fresh, after an hour, after two days."""
    ink = look.paint("color", "blue")
    inside = rules(104, 196, (268, 184), 3, ("mist", 1.6))
    for n, tint in enumerate((f"{ink}0", ink, f"{ink}2")):
        inside += trace(f"M104 {156 + n * 92}{SWASH}", tint, 5) + box(320, 118 + n * 92, (54, 44), tint, 2)
        inside += "".join(disk(110 + at * 14, 196 + n * 92, 4, "vermilion") for at in range(n + 1))
    return _card(inside)


def tide_swatch(look: Look) -> str:
    """Draw two-colored strokes: the ink, its second color where it pooled, gold at the rim."""
    ink = look.paint("color", "teal")
    second = {"teal": "plum", "blue": "rose", "plum": "harbor"}.get(ink, "rose")
    strokes = ""
    for n, y in enumerate((150, 240, 330, 420)):
        width = 46 - n * 11
        strokes += trace(f"M104 {y}q34-46 68 0t68 0t68 0t68 0", ink, width)
        strokes += trace(f"M130 {y + 8}q20 14 42-2m92 2q20 12 40-4", second, width / 2.6)
        strokes += trace(f"M110 {y - width / 2.4:g}q30-38 58-6", "brass", 2.4)
    return _card(strokes)


def six_swatches(look: Look) -> str:
    """Draw the swatch card of the sampler: six patches in its six colors."""
    inks = DUSK if look.choice("set") == "SETDSK" else DAY
    places = ((100 + n % 2 * 152, 110 + n // 2 * 122) for n in range(6))
    patches = (_patch(x, y, ink) for (x, y), ink in zip(places, inks, strict=True))
    return _card("".join(grow(0.86, patch, (100, 110)) for patch in patches))


def _writing(tool: str, line: str) -> str:
    """Return a line on a page, and the large tool that has just written it."""
    page = box(-30, 190, (470, 340), "paper")
    paper = turn(-6, cast(page, 10) + page + rules(-10, 330, (430, 130), 3, ("sky", 1.6)))
    return paper + line + tool


def fountain_line(look: Look) -> str:
    """Draw a fountain pen's nib at the end of its line, as wide as the nib that was chosen."""
    paint = look.paint("color", "blue")
    line = trace(f"M40 352{SWASH}", "blue", WIDTHS.get(look.choice("nib"), 4.0) * 1.7)
    barrel = box(166, -240, (68, 150), paint, 4) + box(208, -240, (26, 150), f"{paint}1", 4)
    grip = form("M166 -90H234L222 30H178z", "carbon") + form("M210 -90H234L222 30H208z", "carbon1")
    large = barrel + grip + f'<g transform="translate(-200 -700) scale(2)">{nib(352)}</g>'
    silhouette = form("M166 -240H234L238 4L200 128L162 4z", paint)
    shadow = cast(move(36, 196, turn(34, silhouette, (200, 130))), 12)
    return _writing(shadow + move(36, 196, turn(34, large, (200, 130))), line)


def nib_line(look: Look) -> str:
    """Draw one dip nib, large, over the thick and thin that its cut makes."""
    cut = look.choice("nib") or "POI"
    path, thick = NIBS[cut], {"POI": 3.0, "SPO": 6.0, "BRO": 12.0}[cut]
    line = trace("M30 352c40-70 70-70 60 0s-30 60 10 40", "blue", thick)
    line += trace("M100 392q50-30 80-62t40-2", "blue", thick / 2.4 + 1)
    place = '<g transform="translate(316 92) rotate(32) scale(2.2)">'
    half = f'<g transform="translate(7 0) scale(.5 1)">{form(path, "steel1")}</g>'
    slit = disk(0, 40, 4, "carbon") + trace("M0 44V96", "carbon", 1.4)
    holder = box(-15.5, -68, (31, 70), "brass", 2) + box(4, -68, (11.5, 70), "brass1", 2)
    metal = f"{place}{form(path, 'steel')}{half}{slit}{holder}</g>"
    return _writing(cast(f"{place}{form(path, 'steel')}</g>", 12) + metal, line)


def ball_line(look: Look) -> str:
    """Draw a ball point at the end of its line, in the ink and width that were chosen."""
    ink = look.paint("color", "carbon")
    barrel = look.paint("finish", "ghost")
    line = trace(f"M40 352{SWASH}", ink, WIDTHS.get(look.choice("line"), 3.2) * 1.5)
    tip = box(168, -190, (64, 210), barrel, 4) + box(208, -190, (24, 210), f"{barrel}1", 4)
    tip += form("M168 20H232L208 130H192z", "steel") + form("M208 20H232L208 130H200z", "iron")
    tip += form("M192 130H208L203 162H197z", "iron") + disk(200, 162, 4, "carbon")
    silhouette = form("M168 -190H232V20L203 162H197L168 20z", barrel)
    shadow = cast(move(32, 166, turn(34, silhouette, (200, 160))), 12)
    return _writing(shadow + move(32, 166, turn(34, tip, (200, 160))), line)


def brush_line(look: Look) -> str:
    """Draw one brushed stroke from a drop to nothing, and three short ones."""
    ink = look.paint("color", "carbon")
    bold = form("M96 190q60-40 84 10q10 60-22 150q-10 30 4 60q-60-6-50-74q10-70 2-110q-4-20-18-36z", ink)
    thin = form("M214 160q40 10 60 46q-8 14-20 6q-10-30-40-52z", ink)
    thin += form("M300 190q36 30 40 82q-14 12-22-4q4-44-18-78z", ink)
    last = form("M206 300q90-30 156 26q-10 18-34 8q-50-30-122-34z", ink)
    seal = box(310, 384, (38, 38), "vermilion", 3) + ring(329, 403, 10, ("paper", 3))
    return _card(bold + thin + last + seal)


def shading(look: Look) -> str:
    """Draw a block shaded from light to dark in the grade that was chosen."""
    width = {"2H": 2.0, "HB": 4.0, "2B": 7.0, "4B": 11.0}.get(look.choice("grade"), 4.0)
    rows = ""
    for y, step in ((116, 20.0), (214, 13.0), (312, 8.0), (410, 5.5)):
        lines = "".join(f"M{106 + n * step:g} {y}l-14 74" for n in range(int(262 // step)))
        rows += trace(lines, "graphite", width / 2)
    return _card(rows)


def color_patches(look: Look) -> str:
    """Draw a chart of the pencils' colors, hatched by hand."""
    is_double = look.choice("pack") == "P24"
    shown = [*COLORS, *(f"{color}0" for color in COLORS)] if is_double else COLORS
    across = 4 if is_double else 3
    wide, high = 268 / across, 390 / (len(shown) / across)
    chart = ""
    for n, color in enumerate(shown):
        x, y = 104 + n % across * wide, 108 + n // across * high
        starts = range(int((wide - 24) // 8))
        path = "".join(f"M{x + 4 + at * 8:g} {y + high - 16:g}l12-{high - 28:g}" for at in starts)
        chart += trace(path, color, 6)
    return _card(chart)


TRIED = {
    "iron-gall-ink": Closer("sand", gall_swatch, ("color",), "tried"),
    "washable-ink": Closer("water", swatch, ("color",), "tried"),
    "tidewater-ink": Closer("petal", tide_swatch, ("color",), "tried"),
    "drawing-ink": Closer("dusk", swatch, ("color",), "tried"),
    "ink-sampler": Closer("fern", six_swatches, ("set",), "tried"),
    "loom-fountain-pen": Closer("water", fountain_line, ("nib",), "tried"),
    "pocket-fountain-pen": Closer("sand", fountain_line, ("nib",), "tried"),
    "nib-box": Closer("petal", nib_line, ("nib",), "tried"),
    "brass-rollerball": Closer("sand", ball_line, (), "tried"),
    "gel-pen": Closer("fern", ball_line, ("color",), "tried"),
    "brush-pen": Closer("sand", brush_line, ("color",), "tried"),
    "cedar-pencil": Closer("water", shading, ("grade",), "tried"),
    "colored-pencils": Closer("sand", color_patches, ("pack",), "tried"),
}
