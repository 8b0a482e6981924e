"""Style sheets, scripts and pictures of the house: gathered once, and named by their content."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from flask import Blueprint, Flask, Response, abort, current_app, request

STATIC = Path(__file__).parent.parent.parent / "static"
# Cascade layers decide, so that beyond the first four the order of the sheets does not matter.
_FIRST = ("css/tokens.css", "css/reset.css", "css/base.css", "css/layout.css")
_LAST = ("css/print.css",)
_FORBIDDEN_IN_SHEETS = re.compile(r"@import\b")
_FORBIDDEN_IN_SCRIPTS = re.compile(r"^\s*(import|export)\b", re.MULTILINE)
_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_SPACE_AROUND = re.compile(rb"\s*([{};,])\s*")
# Only where a value follows: in a selector the space before a pseudo-class means any descendant.
_SPACE_AFTER_COLON = re.compile(rb":[ \n]+")
_YEAR = "public, max-age=31536000, immutable"

blueprint = Blueprint("static_files", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served: its hashed name, its bytes plain and gzipped (or empty)."""

    name: str
    media_type: str
    body: bytes
    gzipped: bytes


class Assets:
    """The files under `static/`, by the name that templates use."""

    def __init__(self, folder: Path, root: str) -> None:
        self.folder = folder
        self.root = root

    @cached_property
    def by_name(self) -> dict[str, Asset]:
        """Return every asset by its plain name; raises ValueError for what cannot be joined."""
        found = {f"{app}.css": self._made(f"{app}.css", self._sheets(app)) for app in ("store", "desk")}
        found |= {f"{app}.js": self._made(f"{app}.js", self._scripts(app)) for app in ("store", "desk")}
        for path in sorted(self.folder.glob("img/**/*")):
            if path.is_file():
                name = path.relative_to(self.folder).as_posix()
                found[name] = self._made(name, path.read_bytes())
        return found

    @cached_property
    def by_hashed_name(self) -> dict[str, Asset]:
        """Return every asset by the name in its address."""
        return {asset.name: asset for asset in self.by_name.values()}

    def url(self, name: str) -> str:
        """Return the address of an asset; raises KeyError for a file that is not there."""
        return f"{self.root}/static/{self.by_name[name].name}"

    def _sheets(self, app: str) -> bytes:
        folders = [
            *sorted(self.folder.glob("css/components/*.css")),
            *sorted(self.folder.glob(f"css/{app}/*.css")),
        ]
        paths = [self.folder / name for name in _FIRST] + folders + [self.folder / name for name in _LAST]
        return b"".join(_squeezed(_clean(path, _FORBIDDEN_IN_SHEETS)) for path in paths if path.is_file())

    def _scripts(self, app: str) -> bytes:
        paths = [*sorted(self.folder.glob("js/*.js")), *sorted(self.folder.glob(f"js/{app}/*.js"))]
        # A block each, so that the names of one are no business of another.
        return b"\n".join(b"{\n" + _clean(path, _FORBIDDEN_IN_SCRIPTS) + b"\n}" for path in paths)

    def _made(self, name: str, body: bytes) -> Asset:
        path = PurePosixPath(name)
        digest = hashlib.sha256(body).hexdigest()[:12]
        hashed = path.with_name(f"{path.stem}.{digest}{path.suffix}").as_posix()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        squeezed = gzip.compress(body, 9, mtime=0)
        return Asset(hashed, kind, body, squeezed if len(squeezed) < len(body) else b"")


def _squeezed(sheet: bytes) -> bytes:
    """Return a style sheet without comments and without the space around braces, commas and lines."""
    plain = _COMMENT.sub(b"", sheet)
    return _SPACE_AFTER_COLON.sub(rb":", _SPACE_AROUND.sub(rb"\1", plain)).strip() + b"\n"


def _clean(path: Path, forbidden: re.Pattern[str]) -> bytes:
    content = path.read_text(encoding="utf-8")
    wrong = forbidden.search(content)
    if wrong:
        raise ValueError(f"{path}: `{wrong.group().strip()}` does not work in a joined file")
    return content.encode()


@blueprint.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Serve an asset; one of an earlier deployment is answered with its present self, kept for a minute."""
    assets: Assets = current_app.extensions["assets"]
    found = assets.by_hashed_name.get(name)
    life = _YEAR if found else "public, max-age=60"
    if found is None:
        stem, _, ending = name.rpartition(".")
        found = assets.by_name.get(name) or assets.by_name.get(f"{stem.rpartition('.')[0]}.{ending}")
    if found is None:
        abort(404)
    is_small = bool(found.gzipped) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(found.gzipped if is_small else found.body, content_type=found.media_type)
    response.headers["Cache-Control"] = life
    if found.gzipped:
        response.vary.add("Accept-Encoding")
    if is_small:
        response.content_encoding = "gzip"
    return response


def install(app: Flask, *, root: str = "", folder: Path = STATIC) -> None:
    """Serve the assets of an application under its root and give its templates `asset(name)`."""
    static_file.is_public = True  # type: ignore[attr-defined]
    assets = Assets(folder, root)
    app.extensions["assets"] = assets
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = assets.url
