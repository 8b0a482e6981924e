"""Drawings of pens: drawn upright, then leaned, point to the lower left; each has just written something."""

from oms.local.demo.drawings.pen import LEAN, Drawing, Look, box, cast, disk, form, oval, rules, trace, turn

WIDTHS = {
    "EF": 2.0,
    "F": 3.5,
    "M": 5.5,
    "B": 9.0,
    "L38": 2.5,
    "L50": 4.0,
    "L01": 1.2,
    "L03": 2.6,
    "L05": 4.2,
    "L08": 6.5,
}


def _written(look: Look, option: str, ink: str) -> str:
    """Return a loose looping line as wide as the chosen nib or line."""
    width = WIDTHS.get(look.choice(option), 4.0)
    return trace(
        "M66 404C92 376 104 372 104 388S82 412 92 414S122 384 130 388S122 414 134 412"
        "S156 392 164 396S168 412 188 406S232 398 262 404",
        "script" if ink == "carbon" else ink,
        width,
    )


def nib(y: float, metal: str = "brass") -> str:
    """Return a fountain pen's nib hanging from y: shoulders, tines, breather hole and slit."""
    return (
        form(f"M182 {y}H218Q220 {y + 26} 202 {y + 62}H198Q180 {y + 26} 182 {y}z", metal)
        + form(f"M204 {y}H218Q220 {y + 26} 202 {y + 62}H200z", f"{metal}1")
        + disk(200, y + 22, 3.6, "carbon")
        + trace(f"M200 {y + 24}V{y + 58}", "carbon", 1.4)
    )


def loom_fountain_pen(look: Look) -> str:
    """Draw the long pen open: warp lines along the barrel, steel ring, nib, and its cap beside it."""
    paint = look.paint("color", "blue")
    barrel = box(182, 70, (36, 232), paint, 14) + box(204, 70, (14, 232), f"{paint}1", 10)
    warp = trace("M189 90V270M195 90V270", f"{paint}0", 1.6) + trace(
        "M201 90V270M207 90V270", f"{paint}2", 1.6
    )
    grip = form("M184 296H216L212 348H188z", "carbon") + form("M204 296H216L212 348H203z", "carbon1")
    rings = box(181, 284, (38, 8), "brass", 2) + box(186, 344, (28, 5), "brass1", 2)
    pen = barrel + warp + grip + rings + nib(349)
    cap = box(262, 150, (42, 150), paint, 12) + box(288, 150, (16, 150), f"{paint}1", 10)
    cap += (
        box(261, 280, (44, 10), "brass", 2)
        + form("M280 160h9v92q-4 10-9 0z", "brass")
        + disk(283, 150, 6, "brass1")
    )
    silhouette = (
        box(182, 70, (36, 280), paint, 14)
        + form("M182 349H218L200 411z", paint)
        + box(262, 150, (42, 150), paint, 12)
    )
    return _written(look, "nib", "blue") + cast(turn(LEAN, silhouette), 11) + turn(LEAN, pen + cap)


def pocket_fountain_pen(look: Look) -> str:
    """Draw the short pen closed: eight sides, a brass button at each end, no clip; its line shows the nib."""
    paint = look.paint("color", "brick")
    body = box(172, 112, (56, 236), paint, 12)
    facets = box(172, 112, (16, 236), f"{paint}0", 10) + box(210, 112, (18, 236), f"{paint}1", 10)
    joint = box(170, 224, (60, 9), "brass", 2) + box(170, 238, (60, 4), "brass1", 1)
    ends = (
        box(184, 100, (32, 14), "brass", 5)
        + box(184, 346, (32, 14), "brass", 5)
        + box(204, 346, (12, 14), "brass1", 5)
    )
    line = _written(look, "nib", "carbon")
    return (
        line
        + cast(turn(LEAN, box(172, 104, (56, 252), paint, 12)), 12)
        + turn(LEAN, body + facets + joint + ends)
    )


def penholder(look: Look) -> str:
    """Draw the turned penholder with a pointed nib in its ferrule."""
    wood = look.paint("wood", "walnut")
    shape = "M193 52Q200 46 207 52L214 240Q222 290 214 322H186Q178 290 186 240z"
    handle = form(shape, wood) + form(
        "M203 50Q206 50 207 52L214 240Q222 290 214 322H202Q208 280 205 240z", f"{wood}1"
    )
    turned = trace("M184 256Q200 262 216 256M182 270Q200 276 218 270", f"{wood}2", 2.4) + trace(
        "M195 70L191 236", f"{wood}0", 3
    )
    ferrule = box(187, 320, (26, 30), "brass", 2) + box(203, 320, (10, 30), "brass1", 2)
    nib = form("M189 350H211L206 388L201 428H199L194 388z", "steel") + form(
        "M201 350H211L206 388L201 428H200z", "iron"
    )
    slit = trace("M200 384V424", "carbon", 1.3) + disk(200, 378, 3.2, "carbon")
    flourish = trace("M70 398Q92 436 120 412T150 398Q176 388 200 412T270 404", "script", 2.4)
    swell = form("M104 420Q124 404 150 398Q130 416 108 424z", "script")
    silhouette = form(shape, wood) + form("M187 320H213L201 428H199z", wood)
    return (
        flourish
        + swell
        + cast(turn(LEAN, silhouette), 10)
        + turn(LEAN, handle + turned + ferrule + nib + slit)
    )


NIBS = {
    "POI": "M-15 0H15Q19 34 6 62L1 108H-1L-6 62Q-19 34-15 0z",
    "SPO": "M-15 0H15V40Q26 66 8 98Q0 108-8 98Q-26 66-15 40z",
    "BRO": "M-15 0H15L22 60L13 104H-13L-22 60z",
}


def nib_box(look: Look) -> str:
    """Draw a little card box with the lid off and three nibs of the chosen cut laid out before it."""
    shape = NIBS[look.choice("nib") or "POI"]
    tray = box(96, 110, (208, 116), "harbor", 3) + box(106, 120, (188, 96), "blue2", 2)
    inside = "".join(
        f'<g transform="translate({x} {y}) rotate({a}) scale(.62)">' + form(shape, "steel1") + "</g>"
        for x, y, a in ((134, 138, 20), (178, 130, -12), (214, 142, 34), (262, 132, 10), (150, 190, -80))
    )
    lid = turn(
        9,
        box(196, 92, (128, 84), "paper", 3)
        + box(196, 160, (128, 16), "mist", 2)
        + rules(214, 112, (60, 22), 3, ("mist1", 3))
        + disk(300, 116, 8, "vermilion"),
        (260, 130),
    )
    laid, shade = "", ""
    for x, metal, angle in ((120, "steel", 10), (200, "brass", 0), (280, "copper", -10)):
        place = f'<g transform="translate({x} 268) rotate({angle}) scale(1.16)">'
        shade += place + form(shape, metal) + "</g>"
        laid += (
            place
            + form(shape, metal)
            + f'<g transform="translate(7 0) scale(.5 1)">{form(shape, metal + "1")}</g>'
            + disk(0, 40, 4, "carbon")
            + trace("M0 44V96", "carbon", 1.6)
            + "</g>"
        )
    return cast(box(96, 110, (208, 116), "harbor", 3), 12) + tray + inside + lid + cast(shade, 6) + laid


def brass_rollerball(look: Look) -> str:
    """Draw the six-sided metal pen: three facets, a knurled end, a ball of a point."""
    metal = look.paint("finish", "brass")
    body = (
        box(178, 74, (44, 270), metal, 3)
        + box(178, 74, (14, 270), f"{metal}0", 3)
        + box(207, 74, (15, 270), f"{metal}1", 3)
    )
    knurl = box(180, 56, (40, 20), f"{metal}1", 3) + "".join(
        trace(f"M{185 + n * 6} 60v12", f"{metal}2", 2) for n in range(6)
    )
    cone = form("M180 344H220L206 396H194z", metal) + form("M206 344H220L206 396H200z", f"{metal}1")
    point = form("M194 396H206L202 414H198z", "iron") + disk(200, 414, 2.6, "carbon")
    clip = box(196, 84, (8, 104), "carbon", 3) + box(192, 84, (16, 12), "carbon", 3)
    line = trace("M84 410Q130 388 172 408T262 402", "script", 3.6)
    silhouette = box(178, 58, (44, 286), metal, 3) + form("M180 344H220L202 414H198z", metal)
    return line + cast(turn(LEAN, silhouette), 12) + turn(LEAN, body + knurl + cone + point + clip)


def gel_pen(look: Look) -> str:
    """Draw the clear gel pen: the refill shows the color, so do cap, plug and line."""
    ink = look.paint("color", "blue")
    barrel = box(184, 80, (32, 252), "ghost", 6) + box(206, 80, (10, 252), "mist", 5)
    refill = box(194, 112, (12, 220), "paper", 4) + box(194, 176, (12, 156), ink, 3)
    plug = box(184, 66, (32, 26), ink, 8) + box(206, 66, (10, 26), f"{ink}1", 6)
    grip = box(182, 292, (36, 52), ink, 5) + rules(188, 302, (24, 32), 5, (f"{ink}1", 3))
    cone = form("M184 344H216L205 384H195z", "ghost") + form("M195 384H205L202 404H198z", "iron")
    cap = (
        box(252, 196, (36, 122), ink, 8)
        + box(276, 196, (12, 122), f"{ink}1", 7)
        + form("M266 206h8v84q-4 8-8 0z", f"{ink}0")
    )
    silhouette = (
        box(184, 66, (32, 278), ink, 8)
        + form("M184 344H216L202 404H198z", ink)
        + box(252, 196, (36, 122), ink, 8)
    )
    return (
        _written(look, "line", ink)
        + cast(turn(LEAN, silhouette), 10)
        + turn(LEAN, barrel + refill + plug + grip + cone + cap)
    )


def brush_pen(look: Look) -> str:
    """Draw the brush pen above one stroke that swells and thins as a brush's does."""
    ink = look.paint("color", "carbon")
    stroke = form(
        "M60 398Q84 358 128 372Q178 388 214 400T286 392Q262 428 212 424Q160 420 122 400T60 398z",
        "script" if ink == "carbon" else ink,
    )
    body = form("M184 60Q200 52 216 60L219 300H181z", ink) + form(
        "M206 56Q212 58 216 60L219 300H207z", f"{ink}2"
    )
    band = box(180, 150, (40, 22), "vermilion") + box(207, 150, (13, 22), "vermilion1")
    collar = form("M183 300H217L211 340H189z", "ghost") + form("M206 300H217L211 340H204z", "mist")
    tip = form("M190 340H210Q214 372 199 416Q188 372 190 340z", ink) + trace(
        "M196 346Q194 368 198 396", f"{ink}0", 2
    )
    silhouette = form("M184 60Q200 52 216 60L219 300L199 416L181 300z", ink)
    return stroke + cast(turn(LEAN, silhouette), 10) + turn(LEAN, body + band + collar + tip)


def fineliners(look: Look) -> str:
    """Draw a fineliner over four ruled strokes, each exactly as wide as the line that was chosen."""
    width = WIDTHS.get(look.choice("line"), 2.6)
    lines = rules(64, 378, (150, 48), 4, ("script", width)) + trace(
        "M232 378a24 24 0 1 0 .1 0z", "script", width
    )
    body = box(184, 62, (32, 250), "ivory", 5) + box(205, 62, (11, 250), "buff", 5)
    stripe = box(184, 92, (32, 34), "carbon") + box(184, 132, (32, 8), "vermilion")
    cone = form("M184 312H216L206 352H194z", "graphite") + form("M207 312H216L206 352H202z", "carbon")
    tip = box(196, 352, (8, 24), "steel") + box(198.5, 376, (3, 12), "carbon")
    cap = (
        box(258, 180, (36, 104), "carbon", 5)
        + box(282, 180, (12, 104), "carbon2", 4)
        + form("M272 188h7v70h-7z", "graphite0")
    )
    silhouette = (
        box(184, 62, (32, 290), "ivory", 5)
        + box(196, 352, (8, 34), "ivory")
        + box(258, 180, (36, 104), "carbon", 5)
    )
    cap_end = oval(276, 180, (10, 3), "graphite")
    return lines + cast(turn(LEAN, silhouette), 10) + turn(LEAN, body + stripe + cone + tip + cap + cap_end)


DRAWINGS = {
    "loom-fountain-pen": Drawing("petal", loom_fountain_pen),
    "pocket-fountain-pen": Drawing("water", pocket_fountain_pen),
    "penholder": Drawing("fern", penholder),
    "nib-box": Drawing("sand", nib_box),
    "brass-rollerball": Drawing("dusk", brass_rollerball),
    "gel-pen": Drawing("sand", gel_pen),
    "brush-pen": Drawing("petal", brush_pen),
    "fineliners": Drawing("fern", fineliners),
}
