"""Drawings of pencils and what belongs to them; a pencil is drawn upright, point down, and leaned."""

from oms.local.demo.drawings.pen import LEAN, Drawing, Look, box, cast, disk, form, move, rules, trace, turn


def _pencil(x: float, paint: str, top: float = 70, end: str = "vermilion") -> str:
    """Return a six-sided pencil at x, 26 wide, from its painted end to its point at 420."""
    long = 330 - top
    return (
        box(x - 13, top, (26, long), paint)
        + box(x - 13, top, (8, long), f"{paint}0")
        + box(x + 5, top, (8, long), f"{paint}1")
        + box(x - 13, top, (26, 22), end, 3)
        + box(x + 5, top, (8, 22), f"{end}1", 3)
        + form(f"M{x - 13:g} 330q4-8 9 0q4-8 9 0q4-8 8 0L{x + 2:g} 406h-4z", "beech")
        + form(f"M{x + 5:g} 330q4-8 8 0L{x + 2:g} 406h-2z", "beech1")
        + form(f"M{x - 4:g} 392h8L{x:g} 420z", "carbon")
    )


def _outline(x: float, top: float = 70) -> str:
    return form(f"M{x - 13:g} {top:g}h26V330L{x:g} 420L{x - 13:g} 330z", "cedar")


GRADES = {"2H": 1.6, "HB": 3.0, "2B": 5.0, "4B": 8.0}


def cedar_pencil(look: Look) -> str:
    """Draw one cedar pencil over a scribble as dark as its grade, or twelve of them in their box."""
    grade = GRADES.get(look.choice("grade"), 3.0)
    if look.choice("pack") == "P12":
        tips = "".join(
            form(f"M{98 + n * 36} 172l14-58l14 58z", "beech")
            + form(f"M{109 + n * 36} 124l3-12l3 12z", "carbon")
            + box(98 + n * 36, 170, (28, 60), "amber" if n % 2 else "cedar")
            for n in range(6)
        )
        case = (
            box(88, 200, (232, 196), "moss", 3)
            + box(292, 200, (28, 196), "moss1", 3)
            + form("M170 200a30 22 0 0 0 60 0z", "moss2")
        )
        label = box(118, 276, (142, 78), "ivory", 2) + trace(
            "M138 330c12-34 22-34 26-8s14 22 20-4s18-26 22-2s8 14 30 6", "graphite", grade
        )
        return (
            cast(box(88, 200, (232, 196), "moss", 3) + box(96, 150, (212, 60), "moss"), 13)
            + tips
            + case
            + label
        )
    scribble = trace("M70 396l26-30l2 40l28-44l0 44l30-44l2 42l30-40l4 40l28-32l6 32l24-20", "script", grade)
    return scribble + cast(turn(LEAN, _outline(200)), 10) + turn(LEAN, _pencil(200, "cedar"))


def colored_pencils(look: Look) -> str:
    """Draw a flat tin, open, with twelve colors or with two rows of them."""
    colors = (
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
    )
    is_double = look.choice("pack") == "P24"
    height, length = (300, 126) if is_double else (200, 160)
    top = 250 - height / 2
    tin = box(68, top, (264, height), "steel", 10) + box(78, top + 10, (244, height - 20), "ivory", 5)
    pencils = ""
    for row in range(2 if is_double else 1):
        y = top + 20 + row * 134
        for n, paint in enumerate(colors if row == 0 else colors[::-1]):
            x = 86 + n * 19.3
            pencils += form(f"M{x:g} {y + 34:g}l8-28l8 28V{y + length:g}h-16z", paint)
            pencils += form(f"M{x + 1:g} {y + 32:g}l5.5-18h3l5.5 18z", "beech")
    return cast(box(68, top, (264, height), "steel", 10), 13) + tin + pencils


def lead_holder(look: Look) -> str:
    """Draw the clutch lead holder: knurled grip, button, thick lead, and a tube of leads beside it."""
    paint = look.paint("color", "harbor")
    body = (
        box(186, 96, (28, 176), paint, 4)
        + box(186, 96, (9, 176), f"{paint}0", 4)
        + box(206, 96, (8, 176), f"{paint}1", 4)
    )
    button = box(192, 68, (16, 30), "steel", 4) + box(202, 68, (6, 30), "iron", 3)
    grip = (
        box(184, 270, (32, 66), "iron", 3)
        + rules(187, 278, (26, 50), 8, ("steel", 2.4))
        + box(208, 270, (8, 66), "graphite", 3)
    )
    jaws = form("M186 336H214L205 378H195z", "steel") + form("M205 336H214L205 378H202z", "iron")
    lead = form("M197 378H203V404L200 414L197 404z", "carbon")
    clip = box(196, 108, (8, 88), "steel", 3) + box(193, 104, (14, 12), "iron", 3)
    tube = (
        box(258, 168, (30, 150), "glass", 8)
        + box(258, 168, (30, 24), "vermilion", 6)
        + "".join(box(264 + n * 7, 202, (4, 106), "carbon") for n in range(3))
    )
    silhouette = (
        box(186, 70, (28, 266), paint, 4)
        + form("M186 336H214L200 414z", paint)
        + box(258, 168, (30, 150), paint, 8)
    )
    line = trace(
        "M74 410L150 376M90 418L186 376M116 420L206 382M146 420L222 390M178 420L236 398", "script", 3
    )
    return (
        line + cast(turn(LEAN, silhouette), 10) + turn(LEAN, tube + body + button + grip + jaws + lead + clip)
    )


def block_eraser(look: Look) -> str:
    """Draw the eraser half out of its paper sleeve, crumbs around a line that is half gone."""
    paint = look.paint("color", "paper")
    block = box(140, 132, (120, 230), paint, 16) + box(228, 132, (32, 230), f"{paint}1", 14)
    sleeve = box(134, 220, (132, 148), "harbor", 3) + box(230, 220, (36, 148), "blue", 3)
    bands = (
        box(134, 246, (132, 22), "paper")
        + box(230, 246, (36, 22), "mist")
        + box(134, 318, (132, 10), "vermilion")
    )
    worn = form("M140 150Q144 132 176 132L140 176z", f"{paint}1")
    line = trace("M64 132q16-26 30-4t30-2", "script", 4) + trace("M300 388q14-12 26 0", "script", 4)
    crumbs = "".join(
        trace(path, "graphite0", 4)
        for path in ("M92 168q8-4 10 4", "M116 108q7-6 12 0", "M74 196l9 3", "M98 214q5-6 11-2")
    )
    leaning = turn(-18, block + worn + sleeve + bands)
    return line + crumbs + cast(turn(-18, box(134, 132, (132, 236), paint, 14)), 14) + leaning


def wedge_sharpener(look: Look) -> str:
    """Draw the brass wedge with its blade and screw, one hole or two, and a long curl of cedar."""
    two = look.choice("size") == "L"
    left, right = (96, 304) if two else (122, 278)
    block = form(f"M{left} 196H{right}V318H{left}z", "brass") + form(
        f"M{left} 196L{left + 16} 176H{right + 16}L{right} 196z", "brass0"
    )
    side = form(f"M{right} 196L{right + 16} 176V298L{right} 318z", "brass1")
    grooves = "".join(
        trace(f"M{x} 204V310", "brass2", 3) for x in (left + 10, left + 18, right - 18, right - 10)
    )
    blades = ""
    for x in (152, 248) if two else (200,):
        blades += form(f"M{x - 30} 214H{x + 30}V300H{x - 30}z", "steel") + form(
            f"M{x + 14} 214H{x + 30}V300H{x + 14}z", "iron"
        )
        blades += disk(x, 257, 10, "brass1") + trace(f"M{x - 6} 263l12-12", "carbon", 2.6)
    shaving = form(
        "M108 366q26-34 58-18q30 16 54-6q22-18 46-2q-8 30-38 22q-26-6-44 14q-30 26-76-10z", "beech"
    )
    rim = trace("M108 366q26-34 58-18q30 16 54-6q22-18 46-2", "cedar", 6)
    curl = trace("M176 372q18-18 40-10", "beech1", 2) + trace("M128 362q16-12 30-6", "beech1", 2)
    shadow = cast(form(f"M{left} 196L{left + 16} 176H{right + 16}V298L{right} 318H{left}z", "brass"), 13)
    return move(
        0,
        -14,
        shadow
        + block
        + side
        + grooves
        + blades
        + cast(
            form("M108 366q26-34 58-18q30 16 54-6q22-18 46-2q-8 30-38 22q-26-6-44 14q-30 26-76-10z", "beech"),
            6,
        )
        + shaving
        + rim
        + curl,
    )


def pencil_extender(look: Look) -> str:
    """Draw the extender that gives a stub its length back: metal tube, sliding ring, a short pencil in it."""
    metal = look.paint("finish", "brass")
    tube = (
        box(184, 84, (32, 190), metal, 6)
        + box(184, 84, (10, 190), f"{metal}0", 5)
        + box(206, 84, (10, 190), f"{metal}1", 5)
    )
    wood = box(188, 60, (24, 30), "walnut", 6) + box(204, 60, (8, 30), "walnut2", 5)
    ring = (
        box(180, 236, (40, 20), f"{metal}1", 3)
        + rules(184, 241, (32, 10), 3, (f"{metal}2", 2))
        + trace("M200 256V276", f"{metal}2", 2)
    )
    stub = _pencil(200, "moss", 268, "moss")
    other = move(0, -6, _pencil(276, "ochre", 250))
    silhouette = (
        box(184, 62, (32, 270), metal, 6)
        + form("M187 330H213L200 420z", metal)
        + move(0, -6, _outline(276, 250))
    )
    return cast(turn(LEAN, silhouette), 10) + turn(LEAN, other + stub + tube + wood + ring)


DRAWINGS = {
    "cedar-pencil": Drawing("sand", cedar_pencil),
    "colored-pencils": Drawing("dusk", colored_pencils),
    "lead-holder": Drawing("petal", lead_holder),
    "block-eraser": Drawing("fern", block_eraser),
    "wedge-sharpener": Drawing("water", wedge_sharpener),
    "pencil-extender": Drawing("petal", pencil_extender),
}
