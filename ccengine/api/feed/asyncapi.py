"""The AsyncAPI document: every message of the live feed, made of the types the messages are of."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from ccengine import __version__
from ccengine.api.feed import shapes
from ccengine.api.feed.protocol import PATH, REASONS, SUBPROTOCOL, TOKEN_PREFIX, Subscribe
from ccengine.core.events import CallMissed
from ccengine.reporting.facts import MASKED, told

Schema = dict[str, Any]

IN_FRAME: Final = frozenset({"call", "agent", "client", "tenant", "node"})
PLACE: Final = "#/components/schemas/{model}"

ABOUT: Final = f"""Connect, offer subprotocol `{SUBPROTOCOL}`, and send one `subscribe` message with
the token (or send it in the `Authorization` header, or offer the subprotocol `{TOKEN_PREFIX}` and
the token; never in the address). The engine says `hello`, then a `snapshot` of what the token sees,
then `changes` as they happen. `seq` only grows: remember the last one, and come again with `after`
to go on there without a gap; if that is too long ago, a snapshot comes first again. A client that
does not read is dropped with a reason, and goes on the same way. MQTT and webhooks carry the same
change messages, one each, but none of coaching: that is for who leads or judges, and told here."""


@cache
def document() -> Schema:
    """Return the document."""
    schemas: Schema = dict(shapes.SHAPES)
    names = []
    for cls, fact in told().items():
        if "call" not in {field.name for field in fields(cls)}:
            continue  # an agent's: told as the state that it leads to
        schemas[cls.__name__] = _call_message(cls, fact.action, fact.details, schemas)
        names.append(cls.__name__)
    told_of = [*names, *shapes.STATES]
    schemas["Change"] = {"oneOf": [{"$ref": PLACE.format(model=name)} for name in told_of]}
    schemas["subscribe"] = TypeAdapter(Subscribe).json_schema(ref_template=PLACE)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "ccengine live feed", "version": __version__, "description": ABOUT},
        "servers": {"engine": {"host": "127.0.0.1:8080", "protocol": "ws"}},
        "channels": {"feed": _channel()},
        "operations": _operations(),
        "components": {"schemas": schemas, "messages": _messages()},
        "x-close-codes": {str(int(code)): reason for code, reason in REASONS.items()},
    }


def _call_message(cls: type, action: str, names: Any, schemas: Schema) -> Schema:
    described = TypeAdapter(cls).json_schema(mode="serialization", ref_template=PLACE)
    schemas.update(described.get("$defs", {}))
    properties: Schema = {
        **shapes.FRAME,
        "type": {"const": cls.__name__},
        "action": {"const": action},
        "client": shapes.TEXT,
        "call_id": shapes.TEXT,
        "agent": shapes.TEXT,
    }
    for field in fields(cls):
        name = names.get(field.name)
        if name is None or field.name in IN_FRAME:
            continue
        own = described["properties"][field.name]
        properties[name] = shapes.TEXT if _is_text(cls, field.name, own) else own
    if cls is CallMissed:
        properties |= {"arrived_at": shapes.MOMENT, "ended_at": shapes.MOMENT}
    return {
        "description": (cls.__doc__ or "").strip(),
        "type": "object",
        "properties": properties,
        "required": [*shapes.FRAME, "type", "action", "client", "call_id"],
        "additionalProperties": False,
    }


def _is_text(cls: type, field: str, own: Schema) -> bool:
    """Tell whether a field is shown as text, though its type may be something else."""
    return (field in MASKED and cls.__name__ != "MoveCall") or "Overflow" in str(own)


def _channel() -> Schema:
    return {
        "address": PATH,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages()},
    }


def _operations() -> Schema:
    channel = {"$ref": "#/channels/feed"}
    place = "#/channels/feed/messages/"
    sent = [{"$ref": place + name} for name in shapes.ENGINE_SAYS]
    return {
        "tell": {"action": "send", "channel": channel, "messages": sent},
        "subscribe": {
            "action": "receive",
            "channel": channel,
            "messages": [{"$ref": f"{place}subscribe"}],
        },
    }


def _messages() -> Schema:
    return {
        name: {
            "name": name,
            "contentType": "application/json",
            "payload": {"$ref": PLACE.format(model=name)},
        }
        for name in (*shapes.ENGINE_SAYS, "subscribe")
    }
