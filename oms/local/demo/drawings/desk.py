"""Drawings of things that live on a desk."""

from oms.local.demo.drawings.pen import (
    LEAN,
    Drawing,
    Look,
    box,
    cast,
    columns,
    disk,
    dots,
    form,
    move,
    ring,
    rules,
    trace,
    turn,
)


def letter_knife(look: Look) -> str:
    """Draw the letter knife leaned, over the envelope it has opened."""
    metal = look.paint("finish", "brass")
    envelope = turn(
        -8,
        box(74, 262, (210, 132), "ivory", 2)
        + form("M74 262H284L179 336z", "ivory1")
        + trace("M74 262l16-5l14 6l18-7l16 6l20-6l14 7l20-7l16 6l20-6l18 6l38-2", "paper", 5),
        (179, 330),
    )
    blade = form("M186 60Q200 38 214 60L210 262H190z", metal) + form(
        "M201 46Q210 50 214 60L210 262H201z", f"{metal}1"
    )
    handle = form("M186 262H214L220 392Q200 412 180 392z", "walnut") + form(
        "M204 262H214L220 392Q212 400 202 402z", "walnut1"
    )
    rivets = disk(200, 294, 5, metal) + disk(200, 356, 5, metal) + box(182, 254, (36, 14), f"{metal}1", 3)
    silhouette = form("M186 60Q200 38 214 60L220 392Q200 412 180 392z", metal)
    return (
        cast(turn(-8, box(74, 262, (210, 132), "ivory", 2), (179, 330)), 8)
        + envelope
        + cast(turn(LEAN + 8, silhouette), 12)
        + turn(LEAN + 8, blade + handle + rivets)
    )


def brass_ruler(look: Look) -> str:
    """Draw a brass rule leaned, with the line drawn along it; the long one is longer than the picture."""
    is_long = look.choice("length") == "CM30"
    top, size = (-60, 620) if is_long else (96, 308)
    bar = box(166, top, (68, size), "brass") + box(166, top, (10, size), "brass0")
    bar += box(212, top, (22, size), "brass1")
    count = size // 9 - 2
    small = rules(222, top + 12, (12, count * 9), count + 1, ("carbon", 1.2))
    large = rules(206, top + 12, (28, count // 5 * 45), count // 5 + 1, ("carbon", 2))
    hole = "" if is_long else disk(192, 122, 9, "tile")
    line = (
        trace("M252 92V410", "script", 2.4) + disk(252, 92, 4, "vermilion") + disk(252, 410, 4, "vermilion")
    )
    return (
        turn(LEAN, line)
        + cast(turn(LEAN, box(166, top, (68, size), "brass")), 9)
        + turn(LEAN, bar + small + large + hole)
    )


_CLIP = "M-14-34V24a14 14 0 0 0 28 0V-38a10 10 0 0 0-20 0V14a6 6 0 0 0 12 0V-26"


def _lay(x: float, y: float, angle: float, metal: str = "brass") -> str:
    return f'<g transform="translate({x} {y}) rotate({angle})">{trace(_CLIP, metal, 5)}</g>'


def _clips_in_jar(loose: str) -> str:
    jar = (
        box(122, 176, (156, 196), "glass", 22)
        + box(246, 176, (32, 196), "sky", 20)
        + box(130, 150, (140, 34), "graphite", 6)
    )
    jar += box(238, 150, (32, 34), "carbon", 6)
    inside = "".join(
        _lay(x, y, a, m)
        for x, y, a, m in (
            (162, 330, 10, "brass"),
            (196, 322, 80, "copper"),
            (230, 330, 150, "brass"),
            (172, 276, 60, "brass1"),
            (214, 278, 20, "brass"),
            (236, 270, 110, "copper"),
            (158, 300, 140, "copper"),
            (200, 246, 100, "brass"),
        )
    )
    return (
        cast(loose, 4)
        + loose
        + cast(box(122, 150, (156, 222), "glass", 20), 13)
        + jar
        + inside
        + trace("M138 206v120", "paper", 6)
    )


def paper_clips(look: Look) -> str:
    """Draw brass clips at rest around a matchbox of a drawer, or a jar of them."""
    loose = (
        _lay(116, 146, 20)
        + _lay(196, 124, -50, "copper")
        + _lay(286, 158, 74)
        + _lay(306, 348, -12, "copper")
        + _lay(104, 368, 120)
    )
    if look.choice("pack") == "P100":
        return _clips_in_jar(loose)
    tray = box(120, 196, (160, 150), "ivory", 3) + box(130, 206, (140, 130), "harbor", 2)
    inside = (
        _lay(158, 272, 12) + _lay(190, 268, -14, "copper") + _lay(224, 274, 30) + _lay(246, 270, -4, "brass1")
    )
    sleeve = (
        box(116, 300, (168, 66), "moss", 3)
        + box(256, 300, (28, 66), "moss1", 3)
        + disk(196, 333, 12, "ivory")
        + disk(196, 333, 5, "brass")
    )
    return cast(loose, 4) + loose + cast(box(116, 196, (168, 170), "ivory", 3), 12) + tray + inside + sleeve


def rocker_blotter(look: Look) -> str:
    """Draw the rocker blotter on its curved foot, above the line that it has dried."""
    wood = look.paint("wood", "walnut")
    foot = "M76 240H324Q312 336 200 342T76 240z"
    paper = form(foot, "paper") + form("M258 240H324Q312 320 230 340Q262 300 258 240z", "ivory1")
    felt = trace("M80 258Q98 330 200 332T320 258", "rose", 5)
    board = (
        box(66, 214, (268, 28), wood, 6)
        + box(66, 232, (268, 10), f"{wood}1", 5)
        + trace("M84 222h150", f"{wood}0", 3)
    )
    knob = form("M172 146Q200 120 228 146Q236 176 214 192V214H186V192Q164 176 172 146z", wood)
    knob += form("M210 134Q222 138 228 146Q236 176 214 192V214H202V192Q222 166 210 134z", f"{wood}1")
    ferrule = box(180, 200, (40, 14), "brass", 2) + box(206, 200, (14, 14), "brass1", 2)
    line = trace("M92 396q14-22 26-2t24-4t26 2t24-4t28 2", "blue", 4) + trace(
        "M230 394q14-8 26 0t30-2", "script", 2
    )
    return (
        line
        + cast(form(foot, wood) + box(66, 214, (268, 28), wood, 6) + box(170, 134, (60, 84), wood, 24), 13)
        + paper
        + felt
        + board
        + knob
        + ferrule
    )


def pen_tray(look: Look) -> str:
    """Draw a carved tray with a pen, a pencil and a brass rule in its troughs."""
    wood = look.paint("wood", "beech")
    tray = box(112, 74, (176, 352), wood, 18) + box(268, 74, (20, 352), f"{wood}1", 14)
    troughs = "".join(
        box(x, 96, (40, 308), f"{wood}1", 18) + box(x, 96, (9, 308), f"{wood}2", 5) for x in (126, 178, 230)
    )
    pen = (
        box(138, 132, (20, 176), "blue", 8)
        + box(150, 132, (8, 176), "blue1", 6)
        + box(137, 206, (22, 7), "brass")
        + form("M141 308h14l-3 28h-8z", "carbon")
        + form("M143 336h10l-4 32h-2z", "brass")
    )
    pencil = (
        box(191, 126, (18, 196), "vermilion")
        + box(203, 126, (6, 196), "vermilion1")
        + form("M191 322h18l-8 44h-2z", "beech0")
        + form("M197 354h6l-3 14z", "carbon")
    )
    rule = box(240, 116, (22, 268), "brass") + rules(252, 124, (10, 250), 26, ("carbon", 1.2))
    grain = trace("M120 110V390M172 104V396M224 104V396", f"{wood}0", 2)
    return turn(
        8, cast(box(112, 74, (176, 352), wood, 18), 13) + tray + troughs + grain + pen + pencil + rule
    )


def tape_dispenser(look: Look) -> str:
    """Draw the cast tape dispenser in profile, a roll on its spindle and a tongue of tape over the teeth."""
    paint = look.paint("color", "moss")
    shell = "M70 370V322Q74 226 160 226Q216 226 236 288H292L318 268V370Q318 382 306 382H82Q70 382 70 370z"
    body = form(shell, paint) + form("M70 350H318V370Q318 382 306 382H82Q70 382 70 370z", f"{paint}1")
    lit = trace("M84 322Q90 242 158 240", f"{paint}0", 6)
    roll = (
        disk(160, 226, 88, "glass")
        + disk(160, 226, 84, "ivory")
        + "".join(ring(160, 226, r, ("ivory1", 1.6)) for r in (74, 64, 54))
    )
    core = disk(160, 226, 44, "board") + disk(160, 226, 34, "vermilion") + disk(160, 226, 12, "vermilion2")
    tape = form("M160 138Q262 142 312 262L306 268Q250 156 160 150z", "ivory0")
    teeth = form("M296 288L320 262V288z", "steel") + trace("M304 280l4 0M310 272l4 0M316 264l3 0", "iron", 3)
    feet = box(96, 382, (40, 8), "carbon", 2) + box(256, 382, (40, 8), "carbon", 2)
    shadow = cast(form(shell, paint) + disk(160, 226, 88, paint), 13)
    return move(4, -12, shadow + feet + tape + roll + body + lit + core + teeth)


def paper_shears(look: Look) -> str:
    """Draw long shears, open, cutting into a strip of paper; the small pair has rounder bows."""
    is_small = look.choice("size") == "S"
    length = 168 if is_small else 214

    def half(sign: int) -> str:
        blade = form(
            f"M-9 0L-5 -{length}Q2 -{length + 10} 5 -{length - 6}L10 0z", "steel" if sign > 0 else "steel1"
        )
        edge = trace(f"M{4 * sign} -8L{2 * sign} -{length - 12}", "iron", 2)
        shank = form("M-9 0H10L8 62H-8z", "graphite")
        bow = ring(-22 * sign, 104, 36 if is_small else 40, ("carbon" if sign > 0 else "graphite", 15))
        return f'<g transform="translate(200 262) rotate({13 * sign})">{blade}{edge}{shank}{bow}</g>'

    paper = form("M66 96H334V138H206L200 208L194 138H66z", "blush") + form("M200 208L194 138H206z", "tile")
    screw = disk(200, 262, 9, "brass") + trace("M195 267l10-10", "brass2", 2.4)
    shears = half(-1) + half(1)
    return cast(box(66, 96, (268, 42), "blush"), 5) + paper + cast(shears, 10) + shears + screw


def pen_roll(look: Look) -> str:
    """Draw the canvas pen roll open: three pens in their pockets, a flap above, a tie at the side."""
    paint = look.paint("color", "olive")
    cloth = box(84, 118, (232, 264), paint, 6) + box(84, 118, (232, 62), f"{paint}1", 6)
    pens = ""
    for x, color, top in ((118, "blue", 148), (162, "cedar", 136), (206, "carbon", 156), (250, "brass", 142)):
        pens += box(x - 9, top, (20, 150), color, 6) + box(x + 3, top, (8, 150), f"{color}1", 5)
    pens += box(116, 152, (5, 50), "brass", 2) + box(153, 136, (20, 18), "vermilion", 4)
    pocket = box(84, 238, (232, 144), f"{paint}0", 6) + trace("M84 240H316", f"{paint}2", 3)
    seams = columns(140, 244, (132, 132), 4, (f"{paint}1", 2.4)) + rules(
        92, 374, (216, 0), 1, (f"{paint}1", 2.4)
    )
    tie = trace("M316 262q30 4 22 34t-34 46M316 268q20 18 6 44t8 60", "cedar", 6)
    tag = box(274, 344, (26, 18), "ivory", 1) + dots(281, 353, (12, 0), (2, 1), ("vermilion", 4))
    return cast(box(84, 118, (232, 264), paint, 6), 12) + cloth + pens + pocket + seams + tie + tag


def reading_glass(look: Look) -> str:
    """Draw the reading glass over lines that grow beneath it."""
    metal = look.paint("finish", "brass")
    page = turn(-6, box(92, 120, (206, 262), "paper", 2) + rules(116, 154, (158, 196), 10, ("mist1", 3)))
    lens = disk(208, 214, 80, "glass") + trace("M152 196H262M146 226H268M160 254H254", "graphite", 7)
    rim = (
        ring(208, 214, 82, (metal, 12))
        + trace("M150 160a78 78 0 0 1 40-24", f"{metal}0", 5)
        + trace("M290 218a82 82 0 0 1-54 74", f"{metal}1", 12)
    )
    handle = turn(
        -38,
        box(196, 304, (26, 122), "walnut", 9)
        + box(212, 304, (10, 122), "walnut1", 6)
        + box(194, 296, (30, 18), metal, 3),
        (208, 214),
    )
    shadow = cast(
        disk(208, 214, 86, metal) + turn(-38, box(196, 296, (26, 130), "walnut", 9), (208, 214)), 13
    )
    return cast(turn(-6, box(92, 120, (206, 262), "paper", 2)), 8) + page + shadow + handle + lens + rim


DRAWINGS = {
    "letter-knife": Drawing("fern", letter_knife),
    "brass-ruler": Drawing("sand", brass_ruler),
    "paper-clips": Drawing("petal", paper_clips),
    "rocker-blotter": Drawing("dusk", rocker_blotter),
    "pen-tray": Drawing("water", pen_tray),
    "tape-dispenser": Drawing("sand", tape_dispenser),
    "paper-shears": Drawing("water", paper_shears),
    "pen-roll": Drawing("petal", pen_roll),
    "reading-glass": Drawing("fern", reading_glass),
}
