"""Where phones of the fake Asterisk are registered, and what its endpoints look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.asterisk_model import Event
    from tests.fakes.asterisk_world import FakeWorld


class FakeRegistrar:
    """The contacts of the world's phones."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world

    def add_contact(self, endpoint: str, uri: str) -> None:
        """A phone registers, and answers the qualify that follows."""
        phone = self._world.phones[endpoint]
        if uri not in phone.contacts:
            phone.contacts.append(uri)
        self._tell_contact(endpoint, uri, "NonQualified")
        self._tell_contact(endpoint, uri, "Reachable")

    def lose_contact(self, endpoint: str, uri: str, status: str) -> None:
        """A registration ends ("Removed"), or a qualify fails ("Unreachable")."""
        contacts = self._world.phones[endpoint].contacts
        if uri in contacts:
            contacts.remove(uri)
            self._tell_contact(endpoint, uri, status)

    def endpoint_as_json(self, endpoint: str) -> Event:
        """An endpoint with its state, which is that of its best contact, and its channels."""
        technology, _, resource = endpoint.partition("/")
        phone = self._world.phones[endpoint]
        is_there = phone.contacts and phone.behaviour != "unreachable"
        return {
            "technology": technology,
            "resource": resource,
            "state": "online" if is_there else "offline",
            "channel_ids": [c.id for c in self._world.channels.values() if c.endpoint == endpoint],
        }

    def _tell_contact(self, endpoint: str, uri: str, status: str) -> None:
        if endpoint in self._world.listened:
            told = self.endpoint_as_json(endpoint)
            contact = {"uri": uri, "contact_status": status, "aor": told["resource"]}
            self._world.emit("ContactStatusChange", endpoint=told, contact_info=contact)
