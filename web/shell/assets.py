"""Styles, scripts, icons and the font: read once, named by their content, kept by browsers."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort
from markupsafe import Markup

from web.settings import WebSettings
from web.shell import headers

FOLDER = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = {".css", ".js", ".svg"}
# The style sheet names the font, so it is read after it and named after what it then says.
_ORDER = (
    "fonts/atkinson-next-latin.woff2",
    "icons.svg",
    "favicon.svg",
    "app.js",
    "forms.js",
    "time.js",
    "uploads.js",
    "vendor/htmx.min.js",
    "vendor/sse.min.js",
    "clientele.css",
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: its address, its bytes, and the same compressed where that helps."""

    url: str
    mimetype: str
    body: bytes
    packed: bytes | None


def read_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Every asset by its name."""
    found: dict[str, Asset] = {}
    for name in _ORDER:
        body = (folder / name).read_bytes()
        for other, asset in found.items():
            body = body.replace(f'"{other}"'.encode(), f'"{asset.url}"'.encode())
        found[name] = _asset(name, body)
    return found


def _asset(name: str, body: bytes) -> Asset:
    path = Path(name)
    mark = hashlib.sha256(body).hexdigest()[:12]
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in _COMPRESSED else None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(f"/static/{path.stem}.{mark}{path.suffix}", kind, body, packed)


def prepare(app: Flask, settings: WebSettings) -> None:
    """Serve the assets; templates name them by `asset(name)`."""
    found = read_assets()
    by_url = {asset.url: asset for asset in found.values()}

    def serve(name: str) -> Response:
        asset = by_url.get(f"/static/{name}") or abort(404)
        return _sent(asset)

    app.add_url_rule("/static/<name>", "static", serve)
    icons = found["icons.svg"].url

    # A page has a hundred icons: each is drawn once for all pages.
    @cache
    def drawn(name: str) -> Markup:
        return Markup('<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
            icons, name
        )

    app.jinja_env.globals.update(asset=lambda name: found[name].url, drawn=drawn)


def _sent(asset: Asset) -> Response:
    response = Response(asset.body, mimetype=asset.mimetype)
    if asset.packed is not None and headers.accepts_gzip():
        response.set_data(asset.packed)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = _FOREVER
    return response
