"""Serves the pages: fixed files, read once, under a policy that lets nothing else run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import ETag, web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

FOLDER: Final = Path(__file__).with_name("site")
TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
}
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "media-src blob:",  # recordings: fetched with a token, and then the page's own
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # asked for each time, so that an upgrade is seen at once
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file as it is served."""

    content_type: str
    body: bytes
    etag: str


def add_pages(app: web.Application) -> None:
    """Add the pages to the API's server: `/<name>` for each `<name>.html`, else `/site/…`."""
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            is_page = path.suffix == ".html"
            address = f"/{path.stem}" if is_page else f"/{FOLDER.name}/{path.name}"
            app.router.add_get(address, _served(_read(path)))


def _read(path: Path) -> PageFile:
    body = path.read_bytes()
    return PageFile(TYPES[path.suffix], body, hashlib.sha256(body).hexdigest()[:16])


def _served(file: PageFile) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        known = request.if_none_match or ()
        if any(one.value in (file.etag, "*") for one in known):
            response = web.Response(status=304, headers=HEADERS)
        else:
            response = web.Response(
                body=file.body, content_type=file.content_type, charset="utf-8", headers=HEADERS
            )
        response.etag = ETag(file.etag)
        return response

    return serve
