"""Drawings of inks: the color of the ink is the only loud thing in each picture."""

from oms.local.demo.drawings.pen import Drawing, Look, box, cast, disk, form, grow, oval, rules, trace, turn


def iron_gall_ink(look: Look) -> str:
    """Draw a square-shouldered bottle with a paper label and a ribbed cap; the small one is smaller."""
    ink = look.paint("color", "blue")
    body = "M118 206Q118 190 134 190H266Q282 190 282 206V372Q282 390 264 390H136Q118 390 118 372z"
    bottle = (
        form(body, ink)
        + form("M256 190H266Q282 190 282 206V372Q282 390 264 390H250Q262 386 262 372V206z", f"{ink}1")
        + form("M132 206q0-6 6-6h4v176h-4q-6 0-6-6z", f"{ink}0")
    )
    neck = box(160, 174, (80, 18), f"{ink}2")
    cap = box(150, 122, (100, 56), "carbon", 5) + box(226, 122, (24, 56), "carbon2", 5)
    ribs = "".join(trace(f"M{162 + n * 12:g} 130v40", "graphite", 2) for n in range(6))
    label = box(118, 244, (164, 92), "paper") + box(262, 244, (20, 92), "ivory1")
    words = (
        rules(140, 264, (84, 18), 2, ("mist1", 3))
        + box(140, 300, (84, 20), ink)
        + disk(242, 312, 9, "vermilion")
    )
    shadow = cast(form(body, ink) + box(150, 122, (100, 70), ink, 5), 14)
    return grow(
        0.86 if look.choice("volume") == "30ML" else 1.0,
        shadow + bottle + neck + cap + ribs + label + words,
        (200, 390),
    )


def washable_ink(look: Look) -> str:
    """Draw a low round bottle with a wide white cap, and the drop that hangs from a wet stroke."""
    ink = look.paint("color", "blue")
    body = "M92 306Q92 236 156 218H244Q308 236 308 306Q308 376 250 380H150Q92 376 92 306z"
    liquid = "M110 306Q110 286 116 272H284Q290 286 290 306Q290 362 246 364H154Q110 362 110 306z"
    glass = form(body, "glass") + form(
        "M280 232Q308 254 308 306Q308 376 250 380H226Q286 372 286 306Q286 262 262 224z", "sky"
    )
    filled = form(liquid, ink) + oval(200, 272, (84, 9), f"{ink}0")
    shine = trace("M124 296Q126 264 142 246", "paper", 7)
    cap = (
        box(146, 166, (108, 56), "paper", 4)
        + box(226, 166, (28, 56), "mist", 4)
        + box(146, 208, (108, 14), ink)
    )
    label = disk(200, 322, 30, "paper") + form("M200 304q-14 18-14 27a14 14 0 0 0 28 0q0-9-14-27z", ink)
    return (
        cast(form(body, "glass") + box(146, 166, (108, 60), "glass", 4), 14)
        + glass
        + filled
        + shine
        + cap
        + label
    )


def tidewater_ink(look: Look) -> str:
    """Draw a tall six-sided bottle with a cork, the ink standing in it in two waves that catch the light."""
    ink = look.paint("color", "teal")
    body = "M136 206L160 172H240L264 206V392H136z"
    glass = form(body, "glass") + form("M232 172H240L264 206V392H232z", "sky")
    waves = (
        form("M146 262Q166 246 186 262T226 262T254 260V382H146z", ink)
        + form("M146 296Q166 280 186 296T226 296T254 294V382H146z", f"{ink}1")
        + form("M146 334Q166 318 186 334T226 334T254 332V382H146z", f"{ink}2")
    )
    glint = trace("M158 254q8-5 14-4M206 300q10 7 18 2M164 338q6-5 12-4", "brass0", 3)
    cork = form("M166 172V146H234V172z", "beech1") + form("M172 146L176 108H224L228 146z", "beech")
    cork += (
        form("M212 108H224L228 146H214z", "beech1")
        + disk(186, 122, 2.5, "beech2")
        + disk(200, 134, 2, "beech2")
    )
    string = trace("M166 160H234", "vermilion", 5) + trace(
        "M222 160q14 22 4 40m-4-40q2 20-8 34", "vermilion", 3
    )
    tag = turn(
        -10, box(202, 196, (48, 34), "paper", 2) + rules(210, 208, (30, 10), 2, ("mist1", 2)), (226, 196)
    )
    shadow = cast(form(body, ink) + form("M172 172V108H228V172z", ink), 14)
    return shadow + glass + waves + glint + trace("M150 214V380", "paper", 5) + cork + string + tag


def drawing_ink(look: Look) -> str:
    """Draw a cone of a bottle with its dropper lifted out, and a brush-round blot beside it."""
    ink = look.paint("color", "carbon")
    edge = "mist1" if ink == "paper" else f"{ink}1"
    body = "M166 250H234L286 374Q290 392 272 392H128Q110 392 114 374z"
    glass = form(body, "glass") + form("M214 250H234L286 374Q290 392 272 392H238Q262 390 258 374z", "sky")
    liquid = form("M150 312H250L274 374Q276 382 268 382H132Q124 382 126 374z", ink)
    liquid += form("M232 312H250L274 374Q276 382 268 382H240Q254 380 252 372z", edge)
    neck = box(160, 234, (80, 20), "graphite", 3) + box(220, 234, (20, 20), "carbon", 3)
    bulb = form("M182 168V116Q182 92 200 92T218 116V168z", "brick") + form(
        "M206 168V94Q218 98 218 116V168z", "brick1"
    )
    dropper = (
        box(170, 164, (60, 22), "carbon", 3) + box(194, 186, (12, 60), "glass") + box(196, 216, (8, 34), ink)
    )
    label = form("M141 334H259L267 354H133z", "paper")
    shadow = cast(form(body, ink) + box(160, 234, (80, 20), ink) + box(170, 92, (60, 94), ink, 20), 13)
    return shadow + glass + dropper + liquid + neck + bulb + box(170, 164, (60, 22), "carbon", 3) + label


def _cartridges(places: list[tuple[float, float]], ink: str) -> str:
    """Return cartridges with their upper left corners there, all of one kind of part as one path."""
    shells = "".join(f"M{x:g} {y + 12:g}h6v-12h12v12h6v92h-24z" for x, y in places)
    fills = "".join(f"M{x + 3:g} {y + 34:g}h18v67h-18z" for x, y in places)
    balls = "".join(f"M{x + 12:g} {y + 7:g}h0" for x, y in places)
    glints = "".join(f"M{x + 7:g} {y + 40:g}v52" for x, y in places)
    return form(shells, "ghost") + form(fills, ink) + trace(balls, ink, 6) + trace(glints, f"{ink}0", 3)


def ink_cartridges(look: Look) -> str:
    """Draw six cartridges beside their open sleeve, or a full tin of them."""
    ink = look.paint("color", "blue")
    if look.choice("pack") == "P6":
        loose = _cartridges([(96 + n * 36, 132 + (n % 2) * 10) for n in range(6)], ink)
        sleeve = box(84, 214, (236, 158), ink, 3) + box(292, 214, (28, 158), f"{ink}1", 3)
        window = box(104, 268, (166, 70), "paper", 2) + rules(122, 288, (94, 18), 2, ("mist1", 3))
        return (
            cast(box(84, 214, (236, 158), ink) + box(96, 142, (204, 80), ink, 4), 13)
            + loose
            + sleeve
            + window
            + disk(246, 322, 8, "vermilion")
        )
    tin = box(74, 120, (252, 268), "steel", 16) + box(84, 130, (232, 248), f"{ink}2", 9)
    rows = _cartridges([(91 + n * 28, 137 + row * 124) for row in range(2) for n in range(8)], ink)
    band = (
        box(74, 236, (252, 32), "paper")
        + rules(104, 247, (90, 10), 2, ("mist1", 3))
        + disk(292, 252, 8, "vermilion")
    )
    return cast(box(74, 120, (252, 268), ink, 16), 13) + tin + rows + band


def ink_sampler(look: Look) -> str:
    """Draw six small bottles in a card tray: the colors of a day, or those of an evening."""
    day = ("harbor", "leaf", "ochre", "brick", "rose", "teal")
    dusk = ("blue", "plum", "oxblood", "graphite", "sepia", "lilac")
    colors = dusk if look.choice("set") == "SETDSK" else day
    tray = box(78, 106, (244, 292), "kraft", 3) + box(88, 116, (224, 272), "board", 2)
    bottles = ""
    for n, ink in enumerate(colors):
        x, y = 96 + (n % 3) * 72, 126 + (n // 3) * 134
        bottles += box(x + 16, y, (32, 24), "carbon", 3) + box(x + 38, y, (10, 24), "carbon2", 3)
        bottles += box(x, y + 26, (64, 90), "glass", 8) + box(x + 5, y + 44, (54, 67), ink, 5)
        bottles += box(x + 46, y + 44, (13, 67), f"{ink}1", 5) + box(x, y + 62, (64, 26), "paper")
        bottles += trace(f"M{x + 12:g} {y + 75:g}h26", "mist1", 3)
    return cast(box(78, 106, (244, 292), "kraft", 3), 13) + tray + bottles


def ink_stick(look: Look) -> str:
    """Draw an ink stick lying across its stone, with a wet pool in the hollow; the large one is longer."""
    stone = box(116, 134, (168, 256), "graphite", 22) + box(132, 150, (136, 224), "carbon", 14)
    pool = form("M132 164Q132 150 146 150H254Q268 150 268 164V214Q200 240 132 214z", "carbon2")
    wet = form("M152 168Q200 158 248 168Q252 192 240 200Q196 212 156 198Q148 186 152 168z", "blue2")
    half = 104 if look.choice("size") == "L" else 78
    stick = box(180, 262 - half, (42, half * 2), "carbon1", 4) + box(
        212, 262 - half, (10, half * 2), "carbon2", 4
    )
    seal = box(190, 262 - half + 16, (18, 18), "vermilion", 2) + trace(
        f"M199 {262 - half + 48}v{half * 1.1:g}", "brass", 4
    )
    leaning = turn(62, box(176, 258 - half, (50, half * 2 + 8), "graphite", 6) + stick + seal, (200, 272))
    shadow = turn(62, box(180, 262 - half, (42, half * 2), "carbon", 4), (200, 272))
    return (
        cast(box(116, 134, (168, 256), "carbon", 22), 12)
        + cast(shadow, 8)
        + stone
        + pool
        + wet
        + trace("M166 174q20-6 40-4", "paper", 4)
        + leaning
    )


DRAWINGS = {
    "iron-gall-ink": Drawing("water", iron_gall_ink),
    "washable-ink": Drawing("petal", washable_ink),
    "tidewater-ink": Drawing("sand", tidewater_ink),
    "drawing-ink": Drawing("fern", drawing_ink),
    "ink-cartridges": Drawing("dusk", ink_cartridges),
    "ink-sampler": Drawing("sand", ink_sampler),
    "ink-stick": Drawing("petal", ink_stick),
}
