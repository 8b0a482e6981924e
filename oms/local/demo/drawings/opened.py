"""What is inside: notebooks opened, a ticket torn off. These pictures bleed off the tile."""

from collections.abc import Callable

from oms.local.demo.drawings.pen import (
    Closer,
    Look,
    box,
    cast,
    columns,
    dots,
    form,
    grow,
    move,
    rules,
    trace,
    turn,
)

WORDS = "q7-11 12 0t11-2t10 3t13-1m9 0q6-10 11 0t12 0t10-2m9 0q8-12 13 0t11 1t9-2"
RIBBON = form("M238 100h10V470l-5-7l-5 7z", "vermilion")


def _spread(cover: str, left: str, right: str) -> str:
    """Return an open book, leaned and cut by the edge, with what stands on its pages (226 by 330 each)."""
    board = box(-66, 92, (530, 366), cover, 6)
    pages = box(-56, 100, (254, 346), "paper") + box(198, 100, (256, 346), "paper")
    fold = form("M184 100H198V446H184z", "ivory1") + form("M198 100H208V446H198z", "ivory")
    edge = trace("M-56 449H198M200 449H454M-54 453H452", "ivory1", 1.6)
    return turn(-9, cast(board, 14) + board + pages + edge + left + move(256, 0, right) + fold)


def _ruled(ruling: str) -> str:
    """Return a page's ruling, placed on the left page."""
    if ruling == "DOT":
        return dots(-40, 126, (196, 300), (10, 15), ("mist1", 2.6))
    if ruling == "LIN":
        return rules(-44, 140, (208, 286), 12, ("sky1", 1.6))
    if ruling in {"GRI", "GR2"}:
        is_fine = ruling == "GR2"
        down, across = (37, 26) if is_fine else (19, 13)
        pen = ("mint1", 0.8 if is_fine else 1.2)
        return rules(-44, 124, (208, 304), down, pen) + columns(-44, 124, (208, 304), across, pen)
    return ""


def _note(x: float, y: float, count: int, ink: str) -> str:
    """Return lines of handwriting, 24 apart."""
    return trace("".join(f"M{x:g} {y + 24 * row:g}{WORDS}" for row in range(count)), ink, 2.4)


def _notebook(cover: str, ribbon: str = "") -> Callable[[Look], str]:
    """Return what draws a notebook open: four lines written, and a leaf where nothing is ruled."""

    def strokes(look: Look) -> str:
        ruling = look.choice("ruling")
        page = _ruled(ruling)
        leaf = form("M96 330q54-70 20-140q-62 44-20 140z", "leaf")
        leaf += trace("M100 336q14-60 16-128", "moss", 3)
        left = page + _note(34, 156, 4, "blue") + (move(-6, 70, leaf) if ruling == "BLA" else "")
        return _spread(cover, left, page) + turn(-9, ribbon)

    return strokes


def ledger_inside(look: Look) -> str:
    """Draw the day ledger open: entries at the left, money columns at the right, a sum ruled off in red."""
    lines = rules(-44, 150, (208, 280), 15, ("sky1", 1.2)) + trace("M-44 130H164", "rose", 2.4)
    money = columns(0, 118, (120, 320), 4, ("rose", 1.6))
    figures = dots(12, 162, (14, 200), (2, 11), ("graphite", 4.4))
    figures += dots(52, 162, (14, 120), (2, 7), ("graphite", 4.4))
    total = trace("M0 382H40M0 388H40M40 382H80M40 388H80", "vermilion", 2.4)
    left = lines + _note(34, 148, 5, "blue")
    return _spread(look.paint("color", "blue"), left, lines + money + figures + total)


def diary_inside(look: Look) -> str:
    """Draw the five-year diary open: five blocks a page, two of them written."""
    block = "".join(
        box(-42, 128 + n * 60, (26, 16), "buff", 2) + rules(-42, 152 + n * 60, (204, 24), 3, ("mist", 1.6))
        for n in range(5)
    )
    left = block + _note(34, 150, 2, "blue") + _note(34, 210, 2, "plum")
    return _spread(look.paint("color", "plum"), left, block)


def sketch_inside(look: Look) -> str:
    """Draw the sketchbook open on a jug and a pear in ink and wash."""
    wash = form("M6 226q-20 60 4 118q40 22 82 0q22-60 0-118z", "harbor0")
    wash += form("M64 226q22 60 0 118q18 4 30-4q20-60-2-114z", "harbor")
    jug = trace("M6 226q-20 60 4 118q40 22 82 0q22-60 0-118zM2 226h94M96 246q40 0 34 40t-36 34", "carbon", 3)
    pear = form("M118 344q-32-6-22-42q12-18 14-44q12-10 20 4q0 22 14 40q8 36-26 42z", "leaf")
    pear += trace("M122 258q0-16 10-22", "sepia", 4) + trace("M138 300q8 22-6 36", "moss", 3)
    right = move(-60, -16, grow(1.5, pear, (130, 300))) + trace("M-20 372h150", "mist1", 3)
    return _spread(look.paint("color", "kraft"), move(34, -10, wash + jug), right)


def torn_ticket(look: Look) -> str:
    """Draw the ticket torn off and the stub that stays: number and amount, nothing else."""
    paint = look.paint("color", "buff")
    bites = "a6 6 0 0 0 0 12v8" * 12 + "a6 6 0 0 0 0 12"
    stub = form(f"M-20 110H150v4{bites}v4H-20z", paint) + box(-20, 110, (30, 260), f"{paint}1")
    stub += rules(34, 160, (84, 60), 3, (f"{paint}2", 2)) + box(34, 306, (54, 20), f"{paint}1", 2)
    ticket = form("M186 110H470V370H186" + "v-8a6 6 0 0 1 0-12" * 13 + "z", "paper")
    ticket += rules(226, 152, (70, 24), 2, ("mist1", 2.4)) + rules(226, 246, (150, 75), 4, ("mist1", 1.6))
    ticket += box(310, 140, (44, 54), "vermilion", 2) + _note(226, 240, 2, "blue")
    whole = box(186, 110, (290, 260), "paper")
    return cast(box(-20, 110, (170, 260), paint), 12) + stub + cast(turn(7, whole), 16) + turn(7, ticket)


OPENED = {
    "field-notebook": Closer("fern", _notebook("moss", RIBBON), ("ruling",)),
    "counterfoil-book": Closer("sand", torn_ticket, (), "torn"),
    "day-ledger": Closer("sand", ledger_inside),
    "pocket-jotters": Closer("water", _notebook("brick"), ("ruling",)),
    "soft-sketchbook": Closer("fern", sketch_inside),
    "five-year-diary": Closer("petal", diary_inside),
    "bench-book": Closer("sand", _notebook("carbon"), ("ruling",)),
}
