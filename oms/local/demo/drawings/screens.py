"""Drawings of downloads: a page on a screen, and the same page coming out as paper."""

from oms.local.demo.drawings.pen import (
    Drawing,
    Look,
    box,
    cast,
    columns,
    disk,
    dots,
    form,
    ring,
    rules,
    trace,
    turn,
)


def _device() -> str:
    """Return a tablet lying upright, its glass still empty."""
    return (
        cast(box(70, 92, (196, 268), "carbon", 16), 12)
        + box(70, 92, (196, 268), "carbon", 16)
        + box(250, 106, (16, 240), "carbon2", 8)
        + box(82, 108, (172, 236), "ghost", 5)
    )


def _printed(inside: str) -> str:
    """Return a sheet that has left the screen, with what is printed on it."""
    return turn(
        6,
        cast(box(176, 200, (152, 206), "paper", 1), 10) + box(176, 200, (152, 206), "paper", 1) + inside,
        (252, 300),
    )


def printable_planner(look: Look) -> str:
    """Draw the planner: a week on the screen, the same week on paper; A4 is narrower than Letter."""
    week = (
        rules(94, 150, (148, 174), 7, ("mist1", 2))
        + columns(120, 150, (0, 174), 1, ("harbor", 2))
        + box(94, 122, (74, 14), "harbor", 2)
    )
    fill = "".join(
        box(128, 158 + n * 29, (44 + n * 23 % 60, 12), ("leaf", "ochre", "rose", "sky1")[n % 4], 3)
        for n in range(6)
    )
    columns_ = 5 if look.choice("paper") == "LETTER" else 4
    page = (
        box(188, 214, (60, 11), "harbor", 2)
        + rules(188, 242, (128, 150), 7, ("mist1", 1.6))
        + columns(188, 242, (128, 150), columns_, ("mist1", 1.6))
    )
    marks = trace(
        "M194 256q8-6 14 0t12 0M228 280q8-6 14 0t8 0M262 330q8-6 14 0t14 0M194 354q8-6 14 0t6 0", "blue", 2.6
    )
    return _device() + week + fill + _printed(page + marks + ring(300, 266, 9, ("vermilion", 3)))


def copybook_hand(look: Look) -> str:
    """Draw the copybook: leaning loops in italic, rings in round, over their guide lines."""
    is_italic = look.choice("hand") == "ITAL"
    loops = ("c6-34 18-34 8 0s0 18 12 0" if is_italic else "a13 13 0 1 1 26 0a13 13 0 1 1-26 0m28 0") * 4
    screen = rules(94, 160, (148, 144), 7, ("sky1", 1.4)) + trace(f"M98 208{loops}", "blue", 4)
    screen += trace(f"M98 280{loops}", "mist1", 4)
    page = rules(186, 226, (132, 160), 9, ("sky1", 1.2)) + trace(f"M190 266{loops}", "blue", 3.4)
    page += trace(f"M190 326{loops}", "mist1", 3.4)
    slope = (
        "M214 386l28-160M252 386l28-160M290 386l28-160"
        if is_italic
        else "M216 386v-160M254 386v-160M292 386v-160"
    )
    page += disk(190, 266, 4, "vermilion") + disk(190, 326, 4, "vermilion") + trace(slope, "rose", 1)
    return _device() + screen + _printed(page)


def ledger_sheets(_look: Look) -> str:
    """Draw ledger sheets: columns of figures on the screen and on paper, a red line under the sum."""
    screen = rules(94, 132, (148, 190), 10, ("mint1", 1.6)) + columns(176, 126, (56, 200), 3, ("rose", 1.6))
    screen += "".join(
        box(184, 140 + n * 21, (30 - n * 5 % 17, 7), "graphite", 2)
        + box(98, 140 + n * 21, (38 + n * 13 % 30, 7), "mist1", 2)
        for n in range(8)
    )
    page = rules(184, 222, (136, 160), 9, ("mint1", 1.4)) + columns(262, 214, (46, 180), 3, ("rose", 1.4))
    figures = dots(272, 232, (0, 120), (1, 7), ("graphite", 5)) + dots(
        284, 232, (0, 120), (1, 7), ("graphite", 5)
    )
    total = trace("M262 366H312M262 371H312", "vermilion", 2) + box(270, 376, (30, 7), "carbon", 2)
    arrow = form("M142 386h12v18h12l-18 20l-18-20h12z", "vermilion")
    return _device() + screen + _printed(page + figures + total) + arrow


DRAWINGS = {
    "printable-planner": Drawing("dusk", printable_planner),
    "copybook-hand": Drawing("water", copybook_hand),
    "ledger-sheets": Drawing("fern", ledger_sheets),
}
