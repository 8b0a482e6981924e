"""Drawings of notebooks: a cover, a spine in shade, the edge of the pages, and one thing each is known by."""

from oms.local.demo.drawings.pen import (
    Drawing,
    Look,
    box,
    cast,
    columns,
    disk,
    dots,
    form,
    oval,
    ring,
    rules,
    trace,
    turn,
)

COVER = (98, 104)
SIZE = (204, 290)


def _bound(paint: str, spine: float = 26) -> str:
    """Return a closed hardcover seen from above: page edge below and right, cover, spine."""
    x, y = COVER
    width, height = SIZE
    block = form(f"M{x + 6} {y + height}h{width - 6}v-{height - 8}h7v{height + 1}h-{width - 6}z", "paper")
    block += trace(f"M{x + 10} {y + height + 3.5}h{width - 6}v-{height - 8}", "ivory1", 1.2)
    return (
        cast(box(x, y, (width + 7, height + 7), paint, 3), 15)
        + block
        + box(x, y, SIZE, paint, 3)
        + box(x, y, (spine, height), f"{paint}1", 3)
        + box(x + spine, y, (3, height), f"{paint}2")
    )


def field_notebook(look: Look) -> str:
    """Draw the field notebook: cloth cover, paper label, a ribbon below, an elastic band at the right."""
    paint = look.paint("color", "moss")
    ribbon = form("M150 394v34l9-9 9 9v-34z", "vermilion") + form("M150 394h18v8h-18z", "vermilion1")
    label = box(158, 150, (98, 62), "paper", 1) + rules(172, 170, (70, 22), 3, ("mist1", 2))
    band = box(276, 104, (9, 290), f"{paint}2")
    return cast(form("M150 394v34l9-9 9 9v-34z", "vermilion"), 8) + _bound(paint) + ribbon + label + band


def counterfoil_book(look: Look) -> str:
    """Draw the counterfoil book lying wide: stub at the left, perforation, ticket half lifted."""
    paint = look.paint("color", "buff")
    cover = cast(box(62, 176, (276, 158), paint, 2), 14) + box(62, 176, (276, 158), f"{paint}2", 2)
    stub = box(68, 170, (84, 156), paint) + box(68, 170, (16, 156), f"{paint}1")
    staples = trace("M76 196v20M76 280v20", "iron", 4)
    stub += rules(96, 196, (44, 40), 3, (f"{paint}2", 2)) + rules(96, 290, (44, 14), 2, (f"{paint}2", 2))
    lifted = form("M156 170H334V314Q322 300 300 304L156 326z", "paper")
    curl = form("M334 314Q322 300 300 304L304 330Q326 330 334 314z", f"{paint}1")
    ticket = rules(176, 196, (96, 60), 4, ("mist1", 2)) + box(288, 190, (30, 36), "vermilion", 1)
    under = box(156, 176, (178, 152), f"{paint}0")
    holes = trace("M154 173v152", "ivory", 3).replace("stroke-width", 'stroke-dasharray="0 8" stroke-width')
    return (
        cover + under + stub + staples + lifted + curl + ticket + box(152, 170, (4, 156), f"{paint}1") + holes
    )


def day_ledger(look: Look) -> str:
    """Draw the day ledger: cloth board, leather corners and spine, red page edge, raised bands."""
    paint = look.paint("color", "blue")
    base = _bound(paint, 46).replace("paper", "vermilion").replace("ivory1", "vermilion1")
    corners = form("M302 104v46l-46-46z", f"{paint}2") + form("M302 394v-46l-46 46z", f"{paint}2")
    bands = rules(98, 148, (46, 202), 4, (f"{paint}2", 5)) + rules(98, 146, (46, 202), 4, ("brass", 1.5))
    label = box(172, 168, (84, 52), "oxblood") + trace("M178 174h72v40h-72z", "brass", 1.5)
    return base + corners + bands + label + rules(190, 186, (48, 16), 3, ("brass", 2))


def pocket_jotters(look: Look) -> str:
    """Draw three stapled pocket notebooks fanned out and held by a paper band."""
    trio = {
        "SETHAR": ("harbor", "sky", "blue"),
        "SETORC": ("leaf", "ochre", "brick"),
        "SETKIL": ("brick", "blush", "oxblood"),
    }[look.choice("set") or "SETHAR"]
    parts = ""
    for angle, paint in zip((-13, 0, 13), trio, strict=True):
        one = (
            box(122, 130, (152, 226), paint, 5)
            + box(122, 130, (12, 226), f"{paint}1", 5)
            + trace("M128 176v20M128 290v20", "steel", 3)
        )
        parts += turn(angle, cast(box(122, 130, (152, 226), paint, 5), 6) + one, (198, 400))
    label = turn(
        13, box(160, 160, (84, 38), "paper", 1) + rules(172, 173, (60, 12), 2, ("mist1", 2)), (198, 400)
    )
    return parts + label


def reporter_pad(look: Look) -> str:
    """Draw the reporter's pad: a wire over the top, a sheet turned up at the corner, a stiff back."""
    ruled = look.choice("ruling") != "GRI"
    back = cast(box(112, 108, (176, 296), "board", 8), 12) + box(112, 108, (180, 298), "board", 8)
    page = form("M112 108H288V356L250 396H112z", "ivory0")
    fold = form("M288 356L250 396Q256 368 250 352Q272 358 288 356z", "ivory1")
    lines = (
        rules(128, 168, (144, 168), 9, ("sky1", 1.5))
        if ruled
        else rules(128, 160, (144, 180), 11, ("sky", 1.2)) + columns(128, 160, (144, 180), 9, ("sky", 1.2))
    )
    margin = trace("M200 150V394", "rose0", 1.5) if ruled else ""
    wire = "".join(trace(f"M{126 + 18.5 * n:g} 124v-22q0-9 5-9t5 9v12", "iron", 4) for n in range(9))
    holes = "".join(disk(126 + 18.5 * n, 124, 4, "board2") for n in range(9))
    return back + page + lines + margin + fold + holes + wire


def soft_sketchbook(look: Look) -> str:
    """Draw the soft sketchbook: limp cover, round corners, cross-stitched spine; A4 is larger."""
    paint = look.paint("color", "kraft")
    half = (150, 106) if look.choice("size") == "A4" else (122, 86)
    top, left, height, width = 250 - half[0], 200 - half[1], half[0] * 2, half[1] * 2
    under = cast(box(left, top, (width, height), paint, 10), 11) + box(
        left + 4, top + 5, (width, height), "paper", 9
    )
    cover = box(left, top, (width, height), paint, 10) + box(left, top, (30, height), f"{paint}1", 10)
    stitch = "".join(
        trace(f"M{left + 8:g} {top + 22 + n * 32:g}l14 14m0-14l-14 14", "vermilion", 3.5)
        for n in range(int((height - 20) // 32))
    )
    drop = form(
        f"M{left + width - 40:g} {top + height - 62:g}q-14 18-14 27a14 14 0 0 0 28 0q0-9-14-27z", f"{paint}2"
    )
    return under + cover + stitch + drop


def stave_book(look: Look) -> str:
    """Draw the stave book open, with staves across both pages; the larger one has more of them."""
    staves = 6 if look.choice("size") == "A4" else 4
    pages = (
        cast(box(50, 142, (300, 214), "ivory", 3), 12)
        + box(46, 138, (308, 222), "plum", 3)
        + form("M54 142Q130 134 200 150V350Q130 336 54 346z", "ivory0")
        + form("M346 142Q270 134 200 150V350Q270 336 346 346z", "ivory")
        + form("M200 150q18-6 30-7v198q-16 3-30 9z", "ivory1")
    )
    gap = 178 / staves
    lines = "".join(
        rules(left, 164 + gap * row, (112, 14), 5, ("graphite0", 1.1))
        for left in (70, 222)
        for row in range(staves)
    )
    notes = "".join(
        oval(x, y, (4.6, 3.4), "carbon") + trace(f"M{x + 4:g} {y:g}v-19", "carbon", 1.6)
        for x, y in ((92, 176), (114, 172), (136, 169), (158, 174))
    )
    return pages + lines + notes


def five_year_diary(look: Look) -> str:
    """Draw the five-year diary: small and thick, five gilt lines on the cover, a brass clasp."""
    paint = look.paint("color", "plum")
    x, y = 104, 138
    edge = form("M112 366h188V146l12 10v228H124z", "paper") + trace(
        "M116 371h190M120 376h188M303 152v226M308 156v222", "ivory1", 1.2
    )
    cover = box(x, y, (196, 228), paint, 4) + box(x, y, (20, 228), f"{paint}1", 4)
    gilt = rules(158, 196, (92, 80), 5, ("brass", 4)) + trace("M142 166h142v172h-142z", "brass1", 1.5)
    clasp = (
        box(272, 236, (46, 28), "brass", 4)
        + disk(286, 250, 6, "brass2")
        + box(296, 236, (22, 28), "brass1", 4)
    )
    return cast(box(x, y, (208, 246), paint, 4), 17) + edge + cover + gilt + clasp


def bench_book(look: Look) -> str:
    """Draw the bench book: black cloth, red spine tape, a window on the grid inside, a number."""
    fine = look.choice("ruling") == "GR2"
    base = _bound("carbon", 4).replace("paper", "mint0").replace("ivory1", "mint1")
    tape = box(98, 104, (52, 290), "brick", 3) + box(146, 104, (4, 290), "brick2")
    window = box(176, 156, (96, 96), "mint0")
    count = 13 if fine else 7
    grid = rules(182, 162, (84, 84), count, ("moss0", 1)) + columns(182, 162, (84, 84), count, ("moss0", 1))
    curve = trace("M184 238C206 236 214 172 232 174S252 206 264 198", "vermilion", 3)
    return (
        base
        + tape
        + window
        + grid
        + curve
        + ring(224, 336, 20, ("mist1", 2.5))
        + dots(216, 336, (16, 0), (3, 1), ("mist1", 4))
    )


DRAWINGS = {
    "field-notebook": Drawing("sand", field_notebook),
    "counterfoil-book": Drawing("petal", counterfoil_book),
    "day-ledger": Drawing("water", day_ledger),
    "pocket-jotters": Drawing("sand", pocket_jotters),
    "reporters-pad": Drawing("fern", reporter_pad),
    "soft-sketchbook": Drawing("dusk", soft_sketchbook),
    "stave-book": Drawing("petal", stave_book),
    "five-year-diary": Drawing("sand", five_year_diary),
    "bench-book": Drawing("water", bench_book),
}
