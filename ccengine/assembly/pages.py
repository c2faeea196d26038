"""Puts what is no API onto the API's server: the live feed, and pages for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.pages.site import add_pages

if TYPE_CHECKING:
    from aiohttp import web

    from ccengine.api.feed.live import LiveFeed
    from ccengine.api.ports import Ports
    from ccengine.api.server import Extension
    from ccengine.api.tokens import TokenBook


def feed_and_pages(feed: LiveFeed) -> Extension:
    """Return what extends the API's server."""

    def extend(app: web.Application, ports: Ports, tokens: TokenBook) -> None:
        feed.extend(app, ports, tokens)
        add_pages(app)

    return extend
