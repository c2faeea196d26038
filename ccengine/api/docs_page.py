"""The document as a page for people: self-contained, no script, nothing fetched from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
pre { overflow: auto; padding: 0.6rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
details { margin: 0.4rem 0; padding-inline-start: 0.6rem; border-inline-start: 3px solid #46a; }
summary { cursor: pointer; } table { border-collapse: collapse; }
th, td { text-align: start; vertical-align: top; padding: 0.15rem 0.8rem 0.15rem 0; }
.method { display: inline-block; min-width: 4.5rem; font-weight: bold; }
"""  # noqa: E501
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(document: Json) -> str:
    """Return the page."""
    return "".join(_lines(document))


def _lines(document: Json) -> Iterator[str]:
    info, schemas = document["info"], document["components"]["schemas"]
    title = escape(f"{info['title']} {info['version']}")
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}: API</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"
    for paragraph in info["description"].split("\n\n"):
        yield f"<p>{_text(paragraph)}</p>"
    yield '<p>For programs: <a href="/openapi.json">/openapi.json</a>, OpenAPI 3.1.</p>'
    for tag in document["tags"]:
        yield f"<h2>/{escape(tag['name'])}</h2>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(path, method, operation)
    yield "<h2>Schemas</h2>"
    for name, schema in sorted(schemas.items()):
        yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"{_schema(schema)}</details>"
    yield "</main></body></html>"


def _operation(path: str, method: str, operation: Json) -> Iterator[str]:
    name = escape(operation["operationId"])
    yield f'<details id="{name}"><summary><span class="method">{method.upper()}</span> '
    yield f"<code>{escape(path)}</code> {_text(operation['summary'])}</summary>"
    if "description" in operation:
        yield f"<p>{_text(operation['description'])}</p>"
    roles = ", ".join(operation.get("x-roles", ["anybody, without a token"]))
    yield f"<p>Operation <code>{name}</code>, for {escape(roles)}.</p>"
    if operation["parameters"]:
        yield "<table><tr><th>parameter<th>in<th>schema<th></tr>"
        for one in operation["parameters"]:
            must = " (required)" if one["required"] else ""
            schema = escape(orjson.dumps(one["schema"]).decode())
            yield f"<tr><td><code>{escape(one['name'])}</code>{must}<td>{one['in']}"
            yield f"<td><code>{schema}</code><td>{_text(one.get('description', ''))}</tr>"
        yield "</table>"
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body: {escape(kind)}</p>{_schema(content['schema'])}"
    yield "<table><tr><th>answer<th><th></tr>"
    for status, response in operation["responses"].items():
        yield f"<tr><td>{status}<td>{_text(response['description'])}<td>"
        for content in response.get("content", {}).values():
            reference = content["schema"].get("$ref", "").rpartition("/")[2]
            yield f'<a href="#{escape(reference)}">{escape(reference)}</a>'
        yield "</tr>"
    yield "</table></details>"


def _schema(schema: Json) -> str:
    written = orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
    return f"<pre>{escape(written)}</pre>"


def _text(text: str) -> str:
    """Return a text of ours with `code` marked."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
