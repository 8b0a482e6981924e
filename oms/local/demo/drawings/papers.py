"""Drawings of paper in sheets, cards and pads: white things, carried by their edge and one color."""

from oms.local.demo.drawings.pen import (
    Drawing,
    Look,
    box,
    cast,
    columns,
    disk,
    dots,
    form,
    grow,
    ring,
    rules,
    trace,
    turn,
)

SUNDAY = 6


def laid_writing_paper(look: Look) -> str:
    """Draw sheets of laid paper held by a band, a corner turned; A4 is larger than A5."""
    paint = look.paint("color", "ivory")
    back = turn(4, box(108, 112, (188, 268), f"{paint}1"), (200, 250))
    front = box(102, 108, (190, 270), paint)
    laid = columns(114, 112, (166, 262), 7, (f"{paint}1", 1)) + rules(
        104, 122, (186, 242), 15, (f"{paint}1", 0.7)
    )
    band = (
        box(98, 262, (198, 44), "carbon")
        + box(252, 262, (44, 44), "carbon2")
        + disk(196, 284, 13, "vermilion")
    )
    corner = form("M292 108V150L250 108z", "tile") + form("M250 108L292 150Q262 152 250 108z", f"{paint}1")
    fold = cast(form("M250 108L292 150Q262 152 250 108z", paint), 3)
    stack = cast(box(102, 108, (196, 276), paint), 12) + back + box(104, 112, (190, 270), f"{paint}1")
    return grow(
        1.0 if look.choice("size") == "A4" else 0.9,
        stack + front + laid + corner + fold + form("M250 108L292 150Q262 152 250 108z", f"{paint}1") + band,
    )


def manuscript_sheets(look: Look) -> str:
    """Draw a sheet of squares for vertical writing, wide, with its fish-tail in the middle fold."""
    ink = look.paint("color", "vermilion")
    under = turn(-3, box(62, 146, (276, 208), "ivory1"))
    page = cast(turn(-3, box(62, 146, (276, 208), "ivory")), 10) + under + box(62, 142, (276, 208), "ivory")
    grid = ""
    for left in (74, 212):
        grid += rules(left, 158, (112, 176), 11, (ink, 1)) + columns(left, 158, (112, 176), 6, (ink, 1.6))
        grid += columns(left + 15, 158, (89.6, 176), 5, (ink, 0.6))
    tail = form("M193 176H207V206L200 198L193 206z", ink) + form("M193 316H207V286L200 294L193 286z", ink)
    strokes = trace(
        "M304 164v8h10v-8M309 160v12M304 179q0 8-2 10M309 180v7M314 179v11"
        "M304 197h10v11h-10zM304 202h10M303 220h12",
        "carbon",
        1.8,
    )
    return page + grid + tail + strokes


def graph_pad(look: Look) -> str:
    """Draw the engineer's pad: pale green squares, a bound head, a construction in compass and rule."""
    pad = (
        cast(box(100, 108, (200, 284), "mint"), 13)
        + box(103, 114, (200, 282), "mint1")
        + box(100, 108, (200, 284), "mint0")
    )
    grid = rules(112, 156, (176, 224), 17, ("mint1", 0.8)) + columns(112, 156, (176, 224), 14, ("mint1", 0.8))
    heavy = rules(112, 156, (176, 224), 5, ("moss0", 1)) + columns(112, 156, (176, 224), 4, ("moss0", 1))
    head = box(100, 108, (200, 34), "moss") + box(100, 134, (200, 8), "moss1")
    figure = (
        ring(190, 268, 54, ("carbon", 2.4))
        + trace("M136 268H244M190 214V322M136 268L190 214L244 268L190 322z", "carbon", 1.8)
        + disk(190, 268, 4, "vermilion")
    )
    arc = trace("M124 340Q190 372 262 332", "vermilion", 2.2)
    return grow(1.0 if look.choice("size") == "A4" else 0.88, pad + head + grid + heavy + figure + arc)


def index_cards(look: Look) -> str:
    """Draw a stack of cards with tabs, the first of them ruled as chosen."""
    parts = cast(box(76, 150, (248, 214), "ivory", 3), 13)
    for n, paint in enumerate(("harbor", "ochre", "brick")):
        y = 130 + n * 22
        parts += box(96 + n * 74, y - 18, (62, 30), paint, 4) + box(76, y, (248, 214 - n * 14), paint, 3)
        parts += box(76, y, (248, 6), f"{paint}0", 3)
    card = box(76, 196, (248, 168), "paper", 3)
    rule = look.choice("ruling")
    if rule == "GRI":
        marks = rules(76, 222, (248, 126), 8, ("sky", 1)) + columns(94, 198, (212, 164), 13, ("sky", 1))
    elif rule == "BLA":
        marks = trace("M92 224q18-10 34 0t34 0t28-2", "blue", 2.6)
    else:
        marks = trace("M78 224H322", "vermilion0", 2) + rules(78, 244, (244, 100), 6, ("sky1", 1.2))
    return parts + card + marks


def blotting_paper(look: Look) -> str:
    """Draw deckle-edged blotting sheets with a mirrored line that has just been dried."""
    paint = look.paint("color", "rose")
    edge = "".join(f"q7 {3 if n % 2 else -3} 14 0" for n in range(14))
    sheet_path = f"M102 116{edge}V380" + "".join(f"q-7 {3 if n % 2 else -3}-14 0" for n in range(14)) + "z"
    stack = (
        cast(form(sheet_path, paint), 12)
        + turn(5, form(sheet_path, f"{paint}1"))
        + turn(-2, form(sheet_path, paint))
    )
    line = trace(
        "M276 190c-20-18-28-10-26 2s18 8 12-4s-26-10-30 2s14 10 10-2s-26-6-34 4s-20 8-30 0", "blue", 4
    )
    ghost = trace("M262 232c-22-12-36 8-54 0s-30-6-44 2", f"{paint}2", 3.4) + trace(
        "M250 262c-14-8-30 6-46 0", f"{paint}1", 3
    )
    blot = form("M150 316q14-22 32-8q22-6 18 14q8 20-16 20q-18 14-28-4q-16-8-6-22z", "blue") + disk(
        206, 350, 5, "blue"
    )
    return stack + line + ghost + blot


def correspondence_cards(look: Look) -> str:
    """Draw a bordered card before its lined envelope."""
    paint = look.paint("color", "blue")
    envelope = (
        box(84, 128, (232, 170), "ivory", 2)
        + form("M84 128H316L200 214z", paint)
        + trace("M84 128L200 222L316 128", "ivory1", 3)
    )
    diamonds = dots(130, 138, (140, 12), (8, 2), (f"{paint}0", 5)) + dots(
        160, 164, (80, 0), (5, 1), (f"{paint}0", 5)
    )
    card = (
        box(104, 226, (232, 160), "paper", 2)
        + box(104, 226, (232, 160), paint, 2)
        + box(112, 234, (216, 144), "paper", 1)
    )
    mark = box(206, 252, (28, 28), paint, 14) + disk(220, 266, 5, "brass")
    return (
        cast(box(84, 128, (232, 170), paint, 2), 11)
        + envelope
        + diamonds
        + cast(box(104, 226, (232, 160), paint, 2), 10)
        + card
        + mark
        + rules(146, 308, (148, 40), 3, ("mist", 2))
    )


def letter_book(look: Look) -> str:
    """Draw the printed book about letters: cloth above, paper below, a sealed letter on it."""
    paint = {"EN": "harbor", "DE": "brick", "ZH": "moss"}[look.choice("language") or "EN"]
    pages = form("M104 384H304V116L314 124V396H116z", "paper") + trace(
        "M110 390H310M308 122V388", "ivory1", 1.4
    )
    cover = (
        box(98, 104, (206, 282), paint, 2)
        + box(98, 104, (22, 282), f"{paint}1", 2)
        + box(120, 104, (3, 282), f"{paint}2")
    )
    jacket = box(123, 270, (181, 116), "ivory") + rules(150, 338, (126, 22), 3, (f"{paint}0", 3))
    letter = box(160, 150, (108, 76), "paper", 1) + form("M160 150H268L214 196z", "ivory1")
    seal = disk(214, 194, 12, "vermilion") + disk(214, 194, 6, "vermilion1")
    bars = {"EN": 1, "DE": 2, "ZH": 3}[look.choice("language") or "EN"]
    tally = columns(150, 290, (max(bars - 1, 0) * 14, 26), bars, (paint, 6))
    return cast(box(98, 104, (216, 290), paint, 2), 15) + pages + cover + jacket + letter + seal + tally


def postcards(look: Look) -> str:
    """Draw three postcards: a town by a canal, or a mountain over a harbor, and the back with its stamp."""
    if look.choice("set") == "SETLEI":
        scene = box(0, 0, (224, 150), "sky0") + box(0, 104, (224, 46), "harbor")
        for n, (paint, height) in enumerate(
            (("brick", 66), ("ochre", 54), ("oxblood", 74), ("moss", 58), ("brick1", 64))
        ):
            x, top = 12 + n * 41, 104 - height
            scene += form(f"M{x} 104V{top}l9-14h18l9 14V104z", paint) + dots(
                x + 10, top + 14, (16, height - 32), (2, 3), ("ivory", 6)
            )
            scene += box(x, 108, (36, 20), "blue0") + box(x + 12, 88, (11, 16), "carbon")
        scene += trace("M14 124h60M96 134h80M30 142h50", "sky", 2)
    else:
        scene = (
            box(0, 0, (224, 150), "blush")
            + disk(164, 46, 22, "vermilion")
            + form("M20 112L96 30L172 112z", "harbor")
        )
        scene += form("M96 30L172 112H120L104 74z", "blue0") + form(
            "M74 54L96 30L118 54L106 62L97 54L86 63z", "paper"
        )
        scene += box(0, 108, (224, 42), "teal") + trace("M18 122h46M90 134h60M150 120h44", "mint", 2)
        scene += form("M56 118h48l-9 13H66z", "carbon") + form("M80 84v32h22z", "paper")
    front = (
        f'<g transform="translate(66 128) rotate(-6 112 75)">{box(-8, -8, (240, 166), "paper", 2)}{scene}</g>'
    )
    back = (
        box(102, 240, (226, 150), "paper", 2)
        + trace("M214 258V374", "mist1", 1.6)
        + rules(226, 322, (84, 40), 3, ("mist1", 1.6))
        + box(284, 252, (30, 36), "vermilion")
        + box(289, 257, (20, 26), "vermilion0")
        + trace("M118 270q10-8 20 0t20 0t20 0", "blue", 2.4)
        + trace("M118 294q10-8 20 0t20 0t14 0M118 318q10-8 20 0t20 0", "blue", 2.4)
    )
    shade = f'<g transform="translate(66 128) rotate(-6 112 75)">{box(-8, -8, (240, 166), "paper", 2)}</g>'
    return cast(turn(5, box(102, 240, (226, 150), "paper")), 9) + turn(5, back) + cast(shade, 10) + front


def wall_calendar(look: Look) -> str:
    """Draw a month on a wall calendar hung by a cord: a drawing above, days below, Sundays in red."""
    paint, days = "moss", ""
    for day in range(31):
        column, row = (day + 4) % 7, (day + 4) // 7
        days += box(
            122 + column * 24, 296 + row * 18, (10, 8), "vermilion" if column == SUNDAY else "graphite", 1
        )
    page = (
        box(104, 130, (192, 264), "paper", 2)
        + box(104, 130, (192, 136), "mint0")
        + rules(108, 394, (184, 3), 2, ("ivory1", 2))
    )
    hill = form("M104 266V226Q150 180 196 220T296 210V266z", paint) + form(
        "M104 266V246Q160 214 220 244T296 240V266z", f"{paint}1"
    )
    tree = (
        form("M236 216L252 168L268 216z", "teal")
        + form("M252 168L268 216H252z", "moss2")
        + trace("M252 216v12", "sepia", 4)
    )
    sun = disk(150, 170, 15, "ochre")
    head = (
        box(104, 122, (192, 18), "oxblood", 2)
        + trace("M150 124L200 84L250 124", "cedar", 3)
        + disk(200, 84, 6, "brass")
    )
    line = trace("M118 280H282", "mist1", 1.4)
    return grow(
        1.0 if look.choice("size") == "A4" else 0.88,
        cast(box(104, 122, (192, 272), "paper", 2), 12) + page + sun + hill + tree + head + line + days,
        (200, 84),
    )


DRAWINGS = {
    "laid-writing-paper": Drawing("petal", laid_writing_paper),
    "manuscript-sheets": Drawing("fern", manuscript_sheets),
    "graph-pad": Drawing("sand", graph_pad),
    "index-cards": Drawing("dusk", index_cards),
    "blotting-paper": Drawing("sand", blotting_paper),
    "correspondence-cards": Drawing("water", correspondence_cards),
    "letter-book": Drawing("sand", letter_book),
    "postcards": Drawing("fern", postcards),
    "wall-calendar": Drawing("water", wall_calendar),
}
