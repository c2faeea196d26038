"""Serves the pages: fixed files, read once, under a policy that lets nothing else run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from aiohttp import ETag, web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

FOLDER: Final = Path(__file__).with_name("site")
FRAME: Final = FOLDER / "page.html"  #: of every page
TYPES: Final = {
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


@dataclass(frozen=True, slots=True)
class Page:
    """What a page has in its frame; its script is `<name>.js`."""

    title: str  #: until the script says it in the reader's language
    styles: tuple[str, ...]  #: beside the one that all pages share


PAGES: Final = {
    "desk": Page("Desk", ("desk", "quality")),
    "quality": Page("Quality", ("desk", "quality")),
    "wallboard": Page("Wallboard", ("wallboard",)),
}


def add_pages(app: web.Application) -> None:
    """Add the pages to the API's server: `/<name>` for each page, `/site/…` for their files."""
    for name in PAGES:
        app.router.add_get(f"/{name}", _served(_file("text/html", page(name))))
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            file = _file(TYPES[path.suffix], path.read_bytes())
            app.router.add_get(f"/{FOLDER.name}/{path.name}", _served(file))


def page(name: str) -> bytes:
    """Return a page as it is served: the frame that all share, with what is its own."""
    known = PAGES[name]
    links = [
        f'<link rel="stylesheet" href="site/{style}.css">' for style in ("style", *known.styles)
    ]
    frame = Template(FRAME.read_text(encoding="utf-8"))
    return frame.substitute(name=name, title=known.title, styles="\n".join(links)).encode()


def _file(content_type: str, body: bytes) -> PageFile:
    return PageFile(content_type, body, hashlib.sha256(body).hexdigest()[:16])


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
