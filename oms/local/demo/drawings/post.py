"""Drawings of what a letter travels in: envelopes, labels, wax, tape and twine."""

from oms.local.demo.drawings.pen import (
    LEAN,
    Drawing,
    Look,
    box,
    cast,
    columns,
    disk,
    form,
    grow,
    move,
    oval,
    ring,
    rules,
    trace,
    turn,
)


def laid_envelopes(look: Look) -> str:
    """Draw two envelopes, the front one from behind with a wax seal; DL is longer and lower than C6."""
    paint = look.paint("color", "ivory")
    half = (142, 72) if look.choice("size") == "DL" else (118, 84)
    left, right, top, size = 200 - half[0], 200 + half[0], 262 - half[1], (half[0] * 2, half[1] * 2)
    stamp = box(right - 42, top + 12, (28, 34), "vermilion", 1)
    back = turn(-11, box(left, top, size, f"{paint}1", 2) + stamp, (200, 262))
    upper, lower, tip = top + 26, top + 26 + size[1], top + 26 + size[1] * 0.62
    folds = trace(f"M{left + 3} {lower - 4}L200 {tip - 16:g}L{right - 3} {lower - 4}", f"{paint}1", 2.4)
    flap = form(f"M{left} {upper}H{right}L206 {tip:g}Q200 {tip + 4:g} 194 {tip:g}z", f"{paint}1")
    flap += form(f"M{left} {upper}H{right}L206 {tip - 6:g}H194z", f"{paint}0")
    front = turn(4, box(left, upper, size, paint, 2) + folds + flap, (200, 288))
    y = tip - 2
    seal = form(f"M174 {y:g}q-4-22 16-22q20-8 28 8q14 14 0 26q-8 16-26 10q-20-4-18-22z", "vermilion")
    seal += ring(196, y, 12, ("vermilion1", 3))
    behind = cast(turn(-11, box(left, top, size, paint, 2), (200, 262)), 9) + back
    return behind + cast(turn(4, box(left, upper, size, paint, 2), (200, 288)), 11) + front + seal


def airmail_envelopes(look: Look) -> str:
    """Draw an airmail envelope with its striped edge, and a box of them behind it."""
    stripes = ""
    for n in range(15):
        paint = ("vermilion", "blue")[n % 2]
        x = 66 + n * 18.4
        stripes += form(f"M{x:g} 190h9l-5 10h-9zM{x:g} 352h9l-5 10h-9z", paint)
    for n in range(8):
        paint = ("blue", "vermilion")[n % 2]
        y = 208 + n * 18.4
        stripes += form(f"M60 {y:g}v9l10-5v-9zM330 {y:g}v9l10-5v-9z", paint)
    face = box(60, 190, (280, 172), "sky0", 2)
    wing = form("M92 222l34-12l-18 14l10 12l-8 2l-12-8l-12 3z", "blue")
    address = rules(158, 284, (116, 42), 3, ("graphite0", 3))
    stamp = box(284, 212, (36, 44), "paper", 1) + box(288, 216, (28, 36), "moss") + disk(302, 230, 7, "ochre")
    waves = trace(
        "M236 226q8-6 16 0t16 0t16 0M236 236q8-6 16 0t16 0t16 0M236 246q8-6 16 0t16 0t16 0", "graphite", 2
    )
    behind = ""
    if look.choice("pack") == "P100":
        behind = cast(box(72, 116, (256, 120), "kraft", 2), 12) + box(72, 116, (256, 120), "kraft", 2)
        behind += "".join(box(80, 122 + n * 14, (240, 80), "sky0" if n % 2 else "sky", 1) for n in range(5))
    return (
        behind
        + cast(box(60, 190, (280, 172), "sky", 2), 12)
        + face
        + stripes
        + wing
        + address
        + stamp
        + waves
    )


def paper_mailers(look: Look) -> str:
    """Draw a ribbed paper mailer with a pull strip; three sizes."""
    scale = {"S": 0.82, "M": 0.93}.get(look.choice("size"), 1.04)
    body = box(108, 122, (188, 268), "kraft", 5)
    ribs = columns(122, 176, (160, 200), 11, ("board0", 2.4)) + columns(
        126, 176, (160, 200), 11, ("kraft0", 1.6)
    )
    flap = form("M108 122H296L284 168H120z", "kraft1") + form("M108 122H296L291 142H113z", "kraft0")
    strip = rules(120, 158, (164, 8), 2, ("vermilion", 2.4)) + form("M284 152h26v18h-26z", "vermilion")
    label = turn(
        -4,
        box(144, 222, (116, 78), "paper", 2)
        + rules(156, 246, (64, 32), 3, ("mist1", 3))
        + box(230, 230, (20, 24), "harbor"),
        (202, 260),
    )
    return grow(scale, cast(body, 13) + body + ribs + flap + strip + label)


def gummed_labels(look: Look) -> str:
    """Draw a roll of bordered labels, the last two hanging off it."""
    paint = look.paint("color", "vermilion")
    strip = box(186, 208, (104, 192), "ivory") + box(280, 208, (10, 192), "ivory1")
    labels = ""
    for y in (262, 332):
        labels += box(194, y, (82, 58), paint, 3) + box(199, y + 5, (72, 48), "paper", 1)
        labels += rules(210, y + 20, (44, 18), 3, ("mist1", 2))
    roll = disk(186, 208, 104, "ivory1") + disk(186, 208, 100, "ivory") + ring(186, 208, 90, (paint, 4))
    roll += "".join(ring(186, 208, r, ("ivory1", 1.6)) for r in (80, 70, 60, 50))
    core = disk(186, 208, 42, "board") + disk(186, 208, 32, "tile")
    core += form("M154 208a32 32 0 0 1 32-32a32 32 0 0 1 26 13a34 34 0 0 0-52 38a32 32 0 0 1-6-19z", "cast")
    shade = cast(disk(186, 208, 104, "ivory") + box(186, 208, (104, 192), "ivory"), 13)
    return move(10, -6, shade + strip + labels + roll + core)


def sealing_wax(look: Look) -> str:
    """Draw a square stick of wax with its wick, and the seal it has just made."""
    paint = look.paint("color", "vermilion")
    stick = (
        box(180, 70, (40, 262), paint, 4)
        + box(180, 70, (12, 262), f"{paint}0", 4)
        + box(206, 70, (14, 262), f"{paint}1", 4)
    )
    wick = trace("M200 72q-6-14 4-26", "ivory1", 5) + trace("M204 46l2-6", "carbon", 5)
    band = box(178, 150, (44, 56), "ivory") + box(206, 150, (16, 56), "ivory1") + disk(196, 178, 9, "carbon")
    melt = form("M180 326H220Q224 352 210 358Q208 388 202 388T194 362Q176 358 180 326z", paint) + form(
        "M206 326H220Q224 352 210 358Q206 350 206 326z", f"{paint}1"
    )
    blob = form("M198 392q2-34 38-36q40-10 56 14q28 22 6 48q-12 28-48 20q-46 4-52-46z", paint)
    blob = move(
        -12,
        -14,
        blob
        + ring(248, 396, 26, (f"{paint}1", 5))
        + disk(248, 396, 22, f"{paint}0")
        + form("M248 380q14 14 0 32q-14-18 0-32z", f"{paint}2")
        + trace("M248 392v26", f"{paint}2", 3),
    )
    wax = turn(LEAN, stick + wick + band + melt, (200, 250))
    shade = cast(turn(LEAN, box(180, 70, (40, 270), paint, 4), (200, 250)), 11)
    return (
        cast(
            move(
                -12, -14, form("M198 392q2-34 38-36q40-10 56 14q28 22 6 48q-12 28-48 20q-46 4-52-46z", paint)
            ),
            5,
        )
        + blob
        + shade
        + wax
    )


MOTIFS = {
    "LEAF": form("M200 312q34 28 0 74q-34-46 0-74zM198 348h4v52h-4z", "oxblood2"),
    "STAR": form("M200 312l10 26h28l-22 17l8 27l-24-16l-24 16l8-27l-22-17h28z", "oxblood2"),
    "KNOT": trace(
        "M184 328v52a8 8 0 1 1-8-8h52a8 8 0 1 1-8 8v-52a8 8 0 1 1 8 8h-52a8 8 0 1 1 8-8z", "oxblood2", 5
    ),
}


def brass_seal(look: Look) -> str:
    """Draw the seal standing above its own print in wax."""
    motif = MOTIFS[look.choice("motif") or "LEAF"]
    print_ = form("M136 356q-8-46 40-54q44-16 76 20q30 42-12 74q-46 30-84 2q-20-16-20-42z", "oxblood")
    print_ += disk(200, 352, 46, "oxblood1") + disk(203, 355, 42, "brick1") + motif
    handle = form("M176 84Q200 62 224 84Q232 120 216 150V190H184V150Q168 120 176 84z", "walnut")
    handle += form(
        "M206 74.5Q215 75.8 224 84Q232 120 216 150V190H204V150Q214 110 206 70z", "walnut2"
    ) + trace("M184 92q-4 20 2 40", "walnut0", 5)
    collar = box(178, 190, (44, 16), "brass", 3) + box(208, 190, (14, 16), "brass1", 3)
    head = form("M180 206H220L234 244H166z", "brass") + form("M208 206H220L234 244H214z", "brass1")
    face = box(160, 244, (80, 18), "brass0", 4) + box(216, 244, (24, 18), "brass1", 4)
    shadow = cast(
        form(
            "M176 84Q200 62 224 84Q232 120 216 150V206L234 244V262H166V244L184 206V150Q168 120 176 84z",
            "brass",
        ),
        13,
    )
    wax_shadow = cast(
        form("M136 356q-8-46 40-54q44-16 76 20q30 42-12 74q-46 30-84 2q-20-16-20-42z", "oxblood"), 6
    )
    return move(0, 4, wax_shadow + print_ + shadow + handle + collar + head + face)


def _ellipses(x: float, y: float, radii: tuple[tuple[float, float], ...]) -> str:
    return "".join(
        f"M{x - rx:g} {y:g}a{rx} {ry} 0 1 1 {2 * rx} 0a{rx} {ry} 0 1 1-{2 * rx} 0" for rx, ry in radii
    )


def gummed_tape(look: Look) -> str:
    """Draw a roll of gummed paper tape, its tail hanging off; two widths."""
    thick = 96 if look.choice("width") == "W50" else 58
    top, y = 250 - thick, 310 - thick
    outline = f"M96 {y}a104 60 0 0 1 208 0v{thick}a104 60 0 0 1-208 0z"
    side = form(outline, "kraft")
    shade = form(f"M248 {top + 6}a104 60 0 0 1 56 54v{thick}a104 60 0 0 1-72 57V{top + 117}z", "kraft1")
    face = (
        oval(200, y, (104, 60), "kraft0")
        + oval(200, y, (52, 29), "board")
        + oval(204, y + 4, (44, 23), "board2")
    )
    wound = trace(_ellipses(200, y, ((92, 53), (80, 46), (68, 38))), "kraft1", 1.6)
    tail = form(
        f"M96 {y}v{thick}Q96 {y + thick + 36} 70 {y + thick + 50}v-{thick}Q96 {y + 40} 96 {y}z", "kraft0"
    )
    stripe = trace(f"M99 {y + 14 + thick * 0.5:g}a104 60 0 0 0 202 0", "vermilion", 5)
    return cast(form(outline, "kraft"), 14) + tail + side + shade + stripe + face + wound


TWINE_DOWN = (
    "M118 178Q190 214 140 314M148 168Q210 222 180 316M178 158Q230 230 220 314M208 162Q250 238 260 308",
    "M133 173Q200 218 160 316M163 163Q220 226 200 316M193 158Q240 234 240 312M223 166Q262 240 278 292",
)
TWINE_ACROSS = (
    "M104 216Q190 170 294 226M110 256Q190 218 282 262M116 296Q190 266 270 298",
    "M107 236Q190 194 288 244M113 276Q190 242 276 280",
)


def post_twine(look: Look) -> str:
    """Draw a ball of two-ply twine, wound crosswise, its end running off."""
    paint = look.paint("color", "kraft")
    ball = disk(200, 236, 98, paint) + form("M252 153A98 98 0 0 1 164 327Q262 330 252 153z", f"{paint}1")
    wound = trace(TWINE_DOWN[0], f"{paint}0", 3) + trace(TWINE_DOWN[1], f"{paint}2", 3)
    wound += trace(TWINE_ACROSS[0], f"{paint}2", 3) + trace(TWINE_ACROSS[1], f"{paint}0", 3)
    end = "M262 310q30 30-4 52t-96 8t-66 30"
    tail = trace(end, paint, 7) + trace(end, f"{paint}1", 1.6)
    band = form("M106 206Q200 246 294 206L297 236Q200 282 103 240z", "ivory")
    band += form("M262 220L294 206L297 236L264 252z", "ivory1") + disk(196, 246, 10, "vermilion")
    return cast(disk(200, 236, 98, paint), 14) + cast(trace(end, paint, 7), 4) + tail + ball + wound + band


DRAWINGS = {
    "laid-envelopes": Drawing("petal", laid_envelopes),
    "airmail-envelopes": Drawing("sand", airmail_envelopes),
    "paper-mailers": Drawing("water", paper_mailers),
    "gummed-labels": Drawing("fern", gummed_labels),
    "sealing-wax": Drawing("sand", sealing_wax),
    "brass-seal": Drawing("dusk", brass_seal),
    "gummed-tape": Drawing("fern", gummed_tape),
    "post-twine": Drawing("water", post_twine),
}
