"""Pictures made small: AVIF and WebP in four widths come out, upright and without metadata."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageCms

from oms.kernel.errors import BadInputError

WIDTHS = (320, 640, 960, 1280)
MOST_PIXELS = 40_000_000
MOST_BYTES = 40_000_000
ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
FORMATS = {"avif": {"quality": 60, "speed": 8}, "webp": {"quality": 80, "method": 4}}
# Part of the digest: a new way of encoding makes new addresses, for the old ones are cached for ever.
_PIPELINE = b"counterfoil pictures 1"
_DIGEST_BYTES = 16
_ORIENTATION = 0x0112
# What sets a picture upright, by its orientation (Exif 2.3, section 4.6.4 A).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_THEIR_SIDE = frozenset({5, 6, 7, 8})


class BadPictureError(BadInputError):
    """This file cannot be used as a picture."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A picture that can be used: its digest, and the size of its largest file in pixels."""

    digest: str
    width: int
    height: int
    widths: tuple[int, ...]


def digest_of(data: bytes) -> str:
    """Return the name under which the files of a picture are kept: 128 bits over its bytes."""
    return hashlib.blake2b(_PIPELINE + data, digest_size=_DIGEST_BYTES).hexdigest()


def measure(data: bytes) -> Measured:
    """Return what a picture will become, from its header alone. Raises BadPictureError."""
    if len(data) > MOST_BYTES:
        raise BadPictureError(f"The picture has more than {MOST_BYTES // 1_000_000} MB. Make it smaller.")
    try:
        with Image.open(io.BytesIO(data), formats=ACCEPTED) as picture:
            width, height = picture.size
            if _orientation(picture) in _ON_THEIR_SIDE:
                width, height = height, width
    except Exception as error:  # noqa: BLE001 - damaged pictures raise six kinds of exception, and new ones come
        raise _unreadable(error) from None
    if width * height > MOST_PIXELS:
        limit = MOST_PIXELS // 1_000_000
        raise BadPictureError(f"The picture has {width} x {height} pixels; {limit} million are the most.")
    widths = tuple(w for w in WIDTHS if w <= width) or (width,)
    largest = widths[-1]
    return Measured(digest_of(data), largest, max(1, round(height * largest / width)), widths)


def encode(data: bytes, measured: Measured) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of every width and format. Raises BadPictureError for a broken picture."""
    try:
        upright = _upright(data)
        for width in measured.widths:
            height = max(1, round(measured.height * width / measured.width))
            small = upright.resize((width, height), Image.Resampling.LANCZOS)
            for extension, options in FORMATS.items():
                held = io.BytesIO()
                small.save(held, extension.upper(), **options)
                yield f"{measured.digest}-{width}.{extension}", held.getvalue()
    except Exception as error:  # noqa: BLE001 - as above: whatever it is, it is the picture's fault
        raise _unreadable(error) from None


def _upright(data: bytes) -> Image.Image:
    """Return the pixels alone, upright, in sRGB; profile, Exif and everything else is left behind."""
    with Image.open(io.BytesIO(data), formats=ACCEPTED) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise BadPictureError("The picture has too many pixels.")
        opened.load()
        turn = _TURNS.get(_orientation(opened))
        turned = opened.copy() if turn is None else opened.transpose(turn)
        profile = opened.info.get("icc_profile")
    is_clear = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    picture = _in_srgb(turned, profile).convert("RGBA" if is_clear else "RGB")
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _orientation(picture: Image.Image) -> int:
    """Return how the picture lies; upright where its Exif cannot be read, which spoils no pixel."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - broken Exif raises as many kinds as broken pictures
        return 1


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture


def _unreadable(error: Exception) -> BadPictureError:
    if isinstance(error, BadPictureError):
        return error
    kinds = ", ".join(ACCEPTED)
    return BadPictureError(
        f"The file is no picture that can be read ({error.__class__.__name__}): give {kinds}."
    )
