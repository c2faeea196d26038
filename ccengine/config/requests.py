"""Requests to other programs: what addresses may be written, and what values become in them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ccengine.config.names import mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


class NoAddress(ValueError):
    """The address would be another one with this value in it."""


def checked_url(text: str, schemes: Collection[str]) -> str:
    """Return an address as it was written, if it leads to one host, whatever is filled in.

    Raises:
        PydanticCustomError: it does not.
    """
    try:
        parts = urlsplit(text)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        parts, host, user = urlsplit(""), None, None
    if parts.scheme not in schemes or not host:
        message = f"'{text}' cannot be used"
        begins = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise mistake(message, f"write an address that begins with {begins}")
    address = f"{parts.scheme}://{parts.netloc}"
    if user is not None or "{" in address or not text.isprintable() or " " in text:
        message = "an address holds no password, and no field before its path"
        raise mistake(message, "put what the receiver wants as Authorization into the secrets")
    return text


def url_part(name: str, text: str) -> str:
    """Return a value percent-encoded, so that it cannot lead anywhere else.

    Raises:
        NoAddress: it is empty, or only dots.
    """
    if not text.strip("."):
        message = f"the address needs {name}, which is '{text}'"
        raise NoAddress(message)
    return quote(text, safe="")


def filled_body(template: object, value_of: Callable[[str], object]) -> object:
    """Return a body of JSON with each text in it replaced by what it means."""
    if isinstance(template, dict):
        return {key: filled_body(one, value_of) for key, one in template.items()}
    if isinstance(template, list):
        return [filled_body(one, value_of) for one in template]
    return value_of(template) if isinstance(template, str) else template


def texts_of(template: object) -> Iterator[str]:
    """Yield each text in a body."""
    if isinstance(template, dict | list):
        for one in template.values() if isinstance(template, dict) else template:
            yield from texts_of(one)
    elif template is not None:
        yield str(template)
