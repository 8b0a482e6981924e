"""The pen: a few strokes that give SVG, and the sheet that they are put on.

Every picture is 400 by 500. Light falls from the upper left, so shade is right and below, and each thing
casts one hard shadow to the lower right, as cut paper would. A stroke names a tone of the paint box.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from string import ascii_letters

from oms.local.demo.drawings.paint import tone

WIDTH, HEIGHT = 400, 500
LEAN = 28
SCALE = 1.12
CLASS = re.compile(r'class="([^"]+)"')


@dataclass(frozen=True)
class Look:
    """What a drawing must show of a variant: the value chosen per option, and its paint where it has one."""

    choices: dict[str, str] = field(default_factory=dict)
    paints: dict[str, str] = field(default_factory=dict)

    def paint(self, option: str, otherwise: str = "carbon") -> str:
        """Return the paint of an option, or another one where the product has no such choice."""
        return self.paints.get(option, otherwise)

    def choice(self, option: str) -> str:
        """Return the value code chosen for an option, or an empty text."""
        return self.choices.get(option, "")


@dataclass(frozen=True)
class Drawing:
    """How a product is drawn: the tint of its tile and the function that gives the strokes."""

    tile: str
    strokes: Callable[[Look], str]


@dataclass(frozen=True)
class Closer(Drawing):
    """A closer look at a product of some kind; drawn once for each value of the options that it shows."""

    shows: tuple[str, ...] = ()
    kind: str = "opened"


def box(x: float, y: float, size: tuple[float, float], fill: str, r: float = 0) -> str:
    """Return a filled rectangle with corners of radius r."""
    corner = f' rx="{r:g}"' if r else ""
    return f'<rect class="{fill}" x="{x:g}" y="{y:g}" width="{size[0]:g}" height="{size[1]:g}"{corner}/>'


def disk(x: float, y: float, r: float, fill: str) -> str:
    """Return a filled circle."""
    return f'<circle class="{fill}" cx="{x:g}" cy="{y:g}" r="{r:g}"/>'


def oval(x: float, y: float, radii: tuple[float, float], fill: str) -> str:
    """Return a filled ellipse."""
    return f'<ellipse class="{fill}" cx="{x:g}" cy="{y:g}" rx="{radii[0]:g}" ry="{radii[1]:g}"/>'


def form(path: str, fill: str) -> str:
    """Return a filled path."""
    return f'<path class="{fill}" d="{path}"/>'


def trace(path: str, color: str, width: float = 2) -> str:
    """Return a drawn line with round ends."""
    return f'<path class="~{color}" stroke-width="{width:g}" d="{path}"/>'


def ring(x: float, y: float, r: float, stroke: tuple[str, float]) -> str:
    """Return a drawn circle; stroke is its tone and width."""
    return f'<circle class="~{stroke[0]}" stroke-width="{stroke[1]:g}" cx="{x:g}" cy="{y:g}" r="{r:g}"/>'


def rules(x: float, y: float, size: tuple[float, float], count: int, pen: tuple[str, float]) -> str:
    """Return evenly spaced horizontal lines that fill a field of that size, as one path."""
    step = size[1] / max(count - 1, 1)
    return trace("".join(f"M{x:g} {y + step * row:.4g}h{size[0]:g}" for row in range(count)), *pen)


def columns(x: float, y: float, size: tuple[float, float], count: int, pen: tuple[str, float]) -> str:
    """Return evenly spaced vertical lines that fill a field of that size, as one path."""
    step = size[0] / max(count - 1, 1)
    return trace("".join(f"M{x + step * col:.4g} {y:g}v{size[1]:g}" for col in range(count)), *pen)


def dots(x: float, y: float, size: tuple[float, float], grid: tuple[int, int], pen: tuple[str, float]) -> str:
    """Return a field of dots (columns, rows), drawn as lines of no length with round ends."""
    across, down = size[0] / max(grid[0] - 1, 1), size[1] / max(grid[1] - 1, 1)
    path = "".join(
        f"M{x + across * col:.4g} {y + down * row:.4g}h0" for row in range(grid[1]) for col in range(grid[0])
    )
    return trace(path, *pen)


def turn(angle: float, strokes: str, about: tuple[float, float] = (200, 250)) -> str:
    """Return strokes turned clockwise about a point, in degrees."""
    return f'<g transform="rotate({angle:g} {about[0]:g} {about[1]:g})">{strokes}</g>'


def move(x: float, y: float, strokes: str) -> str:
    """Return strokes moved right and down."""
    return f'<g transform="translate({x:g} {y:g})">{strokes}</g>'


def grow(factor: float, strokes: str, about: tuple[float, float] = (200, 250)) -> str:
    """Return strokes scaled about a point."""
    x, y = about[0] * (1 - factor), about[1] * (1 - factor)
    return f'<g transform="translate({x:.4g} {y:.4g}) scale({factor:g})">{strokes}</g>'


def cast(silhouette: str, height: float = 12) -> str:
    """Return the shadow that a silhouette throws from this height above the tile."""
    return move(height * 0.85, height, CLASS.sub(_shadowed, silhouette))


def _shadowed(found: re.Match[str]) -> str:
    return 'class="~cast"' if found[1].startswith("~") else 'class="cast"'


def sheet(tile: str, strokes: str) -> str:
    """Return the whole picture as an SVG file: tile, strokes, and the colors used, by day and by night."""
    body = box(0, 0, (WIDTH, HEIGHT), "tile") + grow(SCALE, strokes)
    names: dict[str, str] = {}
    for used in CLASS.findall(body):
        names.setdefault(used, ascii_letters[len(names)])
    body = CLASS.sub(lambda found: f'class="{names[found[1]]}"', body)
    day, night = [], []
    for used, short in names.items():
        by_day, by_night = tone(used.lstrip("~"), tile)
        what = "fill:none;stroke-linecap:round;stroke-linejoin:round;stroke:" if used[0] == "~" else "fill:"
        day.append(f".{short}{{{what}{by_day}}}")
        if by_night != by_day:
            night.append(f".{short}{{{what.rsplit(';', 1)[-1]}{by_night}}}")
    style = "".join(day) + "@media (prefers-color-scheme:dark){" + "".join(night) + "}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><style>{style}</style>{body}</svg>\n'
    )
