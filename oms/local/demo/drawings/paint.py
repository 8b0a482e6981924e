"""The paint box: every color of the drawings, named, as OKLCH, with what it becomes in the dark scheme.

A tone is a paint and one digit: ``moss`` (the paint itself), ``moss0`` (in the light), ``moss1`` (in the
shade), ``moss2`` (deep shade). ``script`` is a line written on the tile itself.
Colors leave here as sRGB hexadecimal, because not every reader of SVG knows OKLCH.
"""

import math
import re

Oklch = tuple[float, float, float]

PAINTS: dict[str, Oklch] = {
    "paper": (0.975, 0.010, 90),
    "ivory": (0.945, 0.032, 92),
    "buff": (0.875, 0.050, 85),
    "kraft": (0.735, 0.060, 70),
    "board": (0.610, 0.045, 68),
    "mist": (0.840, 0.010, 250),
    "sky": (0.850, 0.050, 232),
    "blush": (0.860, 0.055, 20),
    "mint": (0.870, 0.045, 160),
    "carbon": (0.300, 0.014, 262),
    "graphite": (0.440, 0.012, 262),
    "steel": (0.790, 0.012, 250),
    "iron": (0.580, 0.014, 255),
    "brass": (0.770, 0.110, 86),
    "copper": (0.640, 0.105, 48),
    "vermilion": (0.620, 0.190, 32),
    "brick": (0.545, 0.120, 36),
    "oxblood": (0.400, 0.120, 20),
    "rose": (0.720, 0.110, 12),
    "plum": (0.420, 0.105, 335),
    "lilac": (0.690, 0.085, 300),
    "blue": (0.430, 0.125, 257),
    "harbor": (0.560, 0.090, 238),
    "teal": (0.530, 0.080, 195),
    "moss": (0.500, 0.090, 150),
    "leaf": (0.640, 0.120, 140),
    "olive": (0.560, 0.085, 112),
    "ochre": (0.740, 0.130, 78),
    "amber": (0.680, 0.140, 62),
    "sepia": (0.410, 0.060, 55),
    "cedar": (0.660, 0.085, 52),
    "beech": (0.815, 0.060, 76),
    "walnut": (0.430, 0.050, 52),
    "glass": (0.915, 0.018, 215),
    "ghost": (0.925, 0.008, 250),
}

TILES: dict[str, tuple[Oklch, Oklch]] = {
    "sand": ((0.945, 0.020, 95), (0.310, 0.018, 95)),
    "water": ((0.938, 0.022, 230), (0.310, 0.024, 240)),
    "petal": ((0.943, 0.022, 30), (0.315, 0.024, 30)),
    "fern": ((0.940, 0.024, 150), (0.305, 0.020, 155)),
    "dusk": ((0.940, 0.018, 300), (0.315, 0.022, 300)),
}

SCRIPT: tuple[Oklch, Oklch] = ((0.300, 0.014, 262), (0.800, 0.012, 262))
LINEAR_UP_TO = 0.0031308
DIM, BRIGHT, PALE = 0.56, 0.88, 0.905
SHADES = {"": 0.0, "0": 0.060, "1": -0.085, "2": -0.160}
TONE = re.compile(r"([a-z]+)([012]?)\Z")
CAST = ((-0.075, 0.006), (-0.070, 0.0))


def hexadecimal(color: Oklch) -> str:
    """Return the sRGB color ``#rrggbb`` of an OKLCH one (Björn Ottosson's matrices, clipped to gamut)."""
    lightness, chroma, hue = color
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_channel(value):02x}" for value in linear)


def _channel(linear: float) -> int:
    value = min(max(linear, 0.0), 1.0)
    gamma = 12.92 * value if value <= LINEAR_UP_TO else 1.055 * value ** (1 / 2.4) - 0.055
    return round(gamma * 255)


def _at_night(color: Oklch) -> Oklch:
    """Return what stays visible, and does not glare, on a dark tile: ink is lifted, paper dimmed."""
    lightness, chroma, hue = color
    if lightness < DIM:
        lightness = DIM - (DIM - lightness) * 0.50
    elif lightness > BRIGHT:
        lightness = BRIGHT + (lightness - BRIGHT) * 0.40
    return (lightness, chroma, hue)


def tone(name: str, tile: str) -> tuple[str, str]:
    """Return a tone's color by day and by night; ``tile`` and ``cast`` (a shadow on it) depend on the tile.

    Raises KeyError for a paint or a tile that is not in the box.
    """
    day, night = TILES[tile]
    if name == "tile":
        return hexadecimal(day), hexadecimal(night)
    if name == "script":
        return hexadecimal(SCRIPT[0]), hexadecimal(SCRIPT[1])
    if name == "cast":
        by_day, by_night = (
            (lum + step, chroma + more, hue)
            for (lum, chroma, hue), (step, more) in zip((day, night), CAST, strict=True)
        )
        return hexadecimal(by_day), hexadecimal(by_night)
    found = TONE.match(name)
    if found is None:
        raise KeyError(name)
    lightness, chroma, hue = PAINTS[found[1]]
    lit = min(lightness + SHADES[found[2]], 0.985)
    color = (lit, chroma * 0.55 if lit > PALE else chroma, hue)
    return hexadecimal(color), hexadecimal(_at_night(color))
