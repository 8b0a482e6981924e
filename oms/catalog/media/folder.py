"""Where the files of pictures lie: one folder, names by content, so that they may be cached for ever."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from oms.catalog.media.encoding import FORMATS, Measured, encode, measure
from oms.catalog.media.models import Media, MediaKind
from oms.catalog.models import Words
from oms.catalog.queries import Picture
from oms.catalog.requests import PictureRequest
from oms.kernel.register import declare_place

NAME = re.compile(r"[0-9a-f]{32}(?:-[0-9]{1,4}\.(?:avif|webp)|\.svg)")
ADDRESS = "/media/"
_DIGEST_BYTES = 16

declare_place(
    "files under STATE_DIR/media",
    holds="pictures and drawings of products, freed of metadata",
    personal=False,
    purpose="shown in the shop",
    life="as long as the product",
)


class MediaFolder:
    """The folder of one installation: `state_dir` is the settings' own."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "media"

    def keep_picture(self, data: bytes) -> Measured:
        """Encode a picture unless its files are here already; return its sizes. Raises BadPictureError."""
        measured = measure(data)
        if not self.has(f"{measured.digest}-{measured.widths[-1]}.webp"):
            for name, encoded in encode(data, measured):
                self._write(name, encoded)
        return measured

    def keep_drawing(self, source: str, svg: str, alt: Words, size: tuple[int, int]) -> PictureRequest:
        """Keep a vector drawing of our own; never one that came from outside, for SVG can hold scripts."""
        data = svg.encode()
        digest = hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
        if not self.has(f"{digest}.svg"):
            self._write(f"{digest}.svg", data)
        return PictureRequest(source, alt, MediaKind.DRAWING, digest, *size)

    def has(self, name: str) -> bool:
        """Say whether a file is here."""
        return (self.path / name).is_file()

    def _write(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all, so that a killed run leaves nothing half."""
        self.path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.path, prefix=".new-", delete=False) as held:
            held.write(data)
        Path(held.name).chmod(0o644)
        os.replace(held.name, self.path / name)  # noqa: PTH105 - os.replace says that it replaces


def file_names(media: Media) -> list[str]:
    """Return the names of all files that a picture should have; none while it has no file at all."""
    if not media.digest:
        return []
    if media.kind is MediaKind.DRAWING:
        return [f"{media.digest}.svg"]
    return [f"{media.digest}-{width}.{kind}" for width in media.widths for kind in FORMATS]


def address(picture: Picture, width: int = 0, extension: str = "webp") -> str:
    """Return the path of one file of a picture; the width nearest to the wanted one, or the drawing."""
    if picture.kind is MediaKind.DRAWING:
        return f"{ADDRESS}{picture.digest}.svg"
    nearest = min(picture.widths, key=lambda have: abs(have - (width or have)))
    return f"{ADDRESS}{picture.digest}-{nearest}.{extension}"


def source_set(picture: Picture, extension: str) -> str:
    """Return the `srcset` of a format: every width with its address; nothing for a drawing."""
    return ", ".join(f"{address(picture, width, extension)} {width}w" for width in picture.widths)
