"""Drawings of rubber stamps and the pads they drink from."""

from oms.local.demo.drawings.pen import Drawing, Look, box, cast, disk, form, oval, ring, rules, trace, turn

KNOB = "M170 102Q200 74 230 102Q238 128 220 152"


def _knob(wood: str) -> str:
    """Return the turned handle of a stamp, standing."""
    return (
        form(f"{KNOB}L214 196H186L180 152Q162 128 170 102z", wood)
        + form("M208 89.5Q219 91.7 230 102Q238 128 220 152L214 196H202L208 152Q222 120 208 86z", f"{wood}1")
        + trace("M180 108q-4 14 2 28", f"{wood}0", 5)
    )


def date_stamp(look: Look) -> str:
    """Draw the dater: frame, three bands of figures, and the order of day, month and year in its print."""
    frame = form("M140 214H260V318H244V232H156V318H140z", "steel") + form(
        "M246 214H260V318H244V232H246z", "iron"
    )
    wheels = "".join(
        box(160 + n * 28, 240, (24, 70), "carbon", 4)
        + rules(164 + n * 28, 250, (16, 50), 5, ("graphite0", 3))
        + box(180 + n * 28, 240, (4, 70), "carbon2", 2)
        for n in range(3)
    )
    knobs = box(126, 262, (14, 30), "brass", 3) + box(260, 262, (14, 30), "brass1", 3)
    base = box(148, 310, (104, 14), "vermilion", 2) + box(226, 310, (26, 14), "vermilion1", 2)
    widths = (18, 18, 40) if look.choice("order") != "YMD" else (40, 18, 18)
    printed, x = trace("M128 352H272V396H128z", "vermilion", 3), 144
    for width in widths:
        printed += box(x, 366, (width, 16), "vermilion", 2)
        x += width + 18
    shadow = cast(
        form(
            f"{KNOB}L214 214H260V324H140V214H186L180 152Q162 128 170 102z",
            "steel",
        ),
        13,
    )
    return (
        turn(-6, printed, (200, 374))
        + shadow
        + _knob("cedar")
        + box(182, 190, (36, 26), "brass", 2)
        + frame
        + wheels
        + knobs
        + base
    )


PRINTS = {
    "ARROW": "M138 366H214V350L262 376L214 402V386H138z",
    "TICK": "M150 374l16-14l22 20l44-46l16 14l-60 66z",
    "HAND": (
        "M134 352h22v48h-22zM162 356h20l12-15q11-7 15 4l-3 11h52q10 0 10 9t-10 9h-33q8 2 8 8t-8 8"
        "q6 2 5 8t-8 7q2 8-7 8h-31q-12 0-22-7z"
    ),
}


def picture_stamp(look: Look) -> str:
    """Draw a wooden stamp that has just left its picture: an arrow, a tick or a pointing hand."""
    motif = look.choice("motif") or "ARROW"
    body = form("M138 196H262L272 266H128z", "beech") + form("M236 196H262L272 266H242z", "beech1")
    rubber = box(128, 266, (144, 16), "brick", 2) + box(240, 266, (32, 16), "brick2", 2)
    grain = trace("M150 212h60M146 228h76M142 246h54", "beech1", 2)
    label = box(176, 214, (48, 30), "paper", 1) + disk(200, 229, 7, "blue")
    shadow = cast(
        form(
            f"{KNOB}L214 196H262L272 282H128L138 196H186L180 152Q162 128 170 102z",
            "beech",
        ),
        13,
    )
    return (
        turn(-7, form(PRINTS[motif], "blue"), (200, 374))
        + shadow
        + _knob("walnut")
        + body
        + grain
        + rubber
        + label
    )


def stamp_pad(look: Look) -> str:
    """Draw an open stamp pad: tin lid behind, felt soaked in its color before."""
    ink = look.paint("color", "blue")
    lid = (
        box(88, 108, (224, 124), "carbon", 8)
        + box(100, 120, (200, 100), "graphite", 4)
        + box(128, 140, (144, 60), "ivory", 2)
    )
    words = rules(146, 158, (74, 24), 3, ("mist1", 3)) + disk(248, 170, 11, ink)
    hinge = box(124, 228, (34, 14), "iron", 3) + box(242, 228, (34, 14), "iron", 3)
    tray = (
        box(80, 240, (240, 144), "carbon", 8)
        + box(92, 252, (216, 120), f"{ink}2", 3)
        + box(96, 256, (208, 112), ink, 3)
    )
    weave = rules(104, 268, (190, 90), 7, (f"{ink}1", 2)) + trace("M110 262h60", f"{ink}0", 4)
    used = form("M172 292q30-14 60 4q22 20-6 38q-40 16-62-6q-12-22 8-36z", f"{ink}1")
    return (
        cast(box(88, 108, (224, 140), "carbon", 8) + box(80, 240, (240, 144), "carbon", 8), 13)
        + lid
        + words
        + hinge
        + tray
        + weave
        + used
    )


def numbering_machine(look: Look) -> str:
    """Draw the numbering machine: a plunger over a cast body with six wheels in its window."""
    body = form("M142 176H258L272 330H128z", look.paint("color", "moss")) + form(
        "M232 176H258L272 330H240z", "moss1"
    )
    plunger = (
        box(186, 112, (28, 70), "steel")
        + box(204, 112, (10, 70), "iron")
        + oval(200, 104, (44, 22), "carbon")
        + oval(194, 98, (28, 10), "graphite")
    )
    window = box(146, 248, (108, 40), "carbon", 4) + "".join(
        box(150 + n * 17, 254, (14, 28), "ivory", 1) for n in range(6)
    )
    ticks = "".join(trace(f"M{157 + n * 17} 260v16", "carbon", 3) for n in range(6))
    base = box(116, 330, (168, 20), "iron", 4) + box(240, 330, (44, 20), "graphite", 4)
    plate = ring(200, 212, 18, ("brass", 4)) + disk(200, 212, 9, "brass")
    printed = "".join(box(136 + n * 22, 376, (14, 20), "vermilion", 2) for n in range(6))
    shadow = cast(
        form("M142 176H258L284 350H116z", "moss")
        + oval(200, 106, (44, 22), "moss")
        + box(186, 112, (28, 70), "moss"),
        13,
    )
    return shadow + plunger + body + window + ticks + base + plate + printed


DRAWINGS = {
    "date-stamp": Drawing("water", date_stamp),
    "picture-stamp": Drawing("petal", picture_stamp),
    "stamp-pad": Drawing("sand", stamp_pad),
    "numbering-machine": Drawing("dusk", numbering_machine),
}
